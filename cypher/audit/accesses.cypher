// The reads of a person on record, in all its ledgers or in one, the newest first, a page at a time.
//
// @mode   read
// @result many
// @param  entity   STRING          Entity.id
// @param  scheme   STRING          Scheme.id: only its ledger; null for those of all schemes
// @param  before   ZONED DATETIME  the instant of the last record of the page before; null for the first page
// @param  id       STRING          its id
// @param  limit    INTEGER         records a page
// @return record   MAP             the record's properties
// @uses   entity_id
MATCH (:Entity {id: $entity})<-[:ABOUT]-(ledger:Ledger)
WHERE $scheme IS NULL OR ledger.id = $scheme + '|' + $entity
MATCH (ledger)<-[:IN]-(a:Access)
WHERE $before IS NULL OR a.at < $before OR a.at = $before AND a.id < $id
RETURN properties(a) AS record
ORDER BY a.at DESC, a.id DESC
LIMIT $limit
