// The ends of ledgers that are held: what each ledger says of its last record, and that record.
//
// A ledger that has no record yet is about its entity from now on. There is no row where the ledger is gone, or the
// entity that it is about: it was erased while somebody waited for the ledger.
//
// @mode   write
// @result many
// @param  held     LIST<MAP>       {ledger, entity}: Ledger.id, and the Entity.id that it is about; null for a scheme's
// @return id       STRING          Ledger.id
// @return count    INTEGER         how many records the ledger says that it has
// @return head     STRING          the hash that it says its last record has
// @return last     MAP             the record of that number, its instant as text in UTC; null where there is none
// @uses   ledger_id access_id entity_id
UNWIND $held AS each
MATCH (ledger:Ledger {id: each.ledger})
USING INDEX SEEK ledger:Ledger(id)        // while the graph fills, the server would read the whole index
OPTIONAL MATCH (who:Entity {id: each.entity})
USING INDEX SEEK who:Entity(id)
WITH each, ledger, who WHERE each.entity IS NULL OR who IS NOT NULL
FOREACH (_ IN CASE WHEN who IS NOT NULL AND ledger.count = 0 THEN [1] END | MERGE (ledger)-[:ABOUT]->(who))
WITH ledger
OPTIONAL MATCH (a:Access {id: ledger.id + '|' + toString(ledger.count)})-[:IN]->(ledger)
USING INDEX SEEK a:Access(id)
RETURN ledger.id AS id, ledger.count AS count, ledger.head AS head,
       // as text, because a driver takes long to make an instant; one that was altered into something else is none
       a {.*, at: CASE WHEN a.at IS :: ZONED DATETIME NOT NULL
         THEN toString(datetime({datetime: a.at, timezone: 'Z'})) END} AS last
