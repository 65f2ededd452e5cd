// Where some ledgers end: what each says of its last record, and that record.
//
// @mode   read
// @result many
// @param  ids      LIST<STRING>    Ledger.id
// @return id       STRING          Ledger.id
// @return count    INTEGER         how many records the ledger says that it has
// @return head     STRING          the hash that it says its last record has
// @return last     MAP             the record of that number; null where there is none
// @uses   ledger_id access_id
UNWIND $ids AS id
MATCH (ledger:Ledger {id: id})
USING INDEX SEEK ledger:Ledger(id)        // while the graph fills, the server would read the whole index
OPTIONAL MATCH (a:Access {id: id + '|' + toString(ledger.count)})-[:IN]->(ledger)
USING INDEX SEEK a:Access(id)
RETURN id, ledger.count AS count, ledger.head AS head, properties(a) AS last
