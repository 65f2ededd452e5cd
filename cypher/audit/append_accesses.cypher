// Reads of persons are on record, each at the end of its ledger; the caller holds the ledgers.
//
// @mode   write
// @result none
// @param  rows     LIST<MAP>       the properties of each record, in order of their numbers; `at` as ISO 8601 text
// @uses   ledger_id
UNWIND $rows AS row
MATCH (ledger:Ledger {id: row.ledger})
USING INDEX SEEK ledger:Ledger(id)        // while the graph fills, the server would read the whole index
CREATE (a:Access)-[:IN]->(ledger)
SET a = row, a.at = datetime(row.at), ledger.head = row.hash, ledger.count = row.number
