// The ledgers of one entity: those that say they are about it, and those that are named for it.
//
// @mode   read
// @result many
// @param  entity   STRING          Entity.id
// @return id       STRING          Ledger.id
// @return scheme   STRING          Scheme.id
// @return count    INTEGER         how many records it has
// @return head     STRING          the hash of its last record
// @uses   entity_id ledger_id
CALL () {
  MATCH (:Entity {id: $entity})<-[:ABOUT]-(ledger:Ledger)
  RETURN ledger
  UNION
  MATCH (s:Scheme)
  MATCH (ledger:Ledger {id: s.id + '|' + $entity})
  RETURN ledger
}
RETURN ledger.id AS id, split(ledger.id, '|')[0] AS scheme, ledger.count AS count, ledger.head AS head
ORDER BY id
