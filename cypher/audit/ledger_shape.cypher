// What some ledgers say of themselves, and what hangs on them.
//
// @mode   read
// @result many
// @param  ids      LIST<STRING>    Ledger.id
// @return id       STRING          Ledger.id
// @return count    INTEGER         how many records the ledger says that it has
// @return head     STRING          the hash that it says its last record has
// @return records  INTEGER         how many records hang on it
// @return about    LIST<STRING>    Entity.id of the one that it is about
// @uses   ledger_id
UNWIND $ids AS id
MATCH (ledger:Ledger {id: id})
RETURN id, ledger.count AS count, ledger.head AS head, COUNT { (ledger)<-[:IN]-() } AS records,
       COLLECT { MATCH (ledger)-[:ABOUT]->(who:Entity) RETURN who.id } AS about
