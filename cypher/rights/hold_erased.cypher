// Every ledger that an entity has, or could have, is held: no read of it is recorded until the transaction ends.
//
// A ledger that is not there is made, so that nobody else makes it meanwhile; it goes with the entity.
//
// @mode   write
// @result many
// @param  id          STRING       Entity.id
// @param  head        STRING       of a ledger without records
// @return ledger      STRING       Ledger.id
// @uses   entity_id ledger_id
MATCH (entity:Entity {id: $id})
WITH COLLECT { MATCH (entity)<-[:ABOUT]-(own:Ledger) RETURN own.id } + ['|' + $id]
     + COLLECT { MATCH (s:Scheme) RETURN s.id + '|' + $id } AS ids
UNWIND ids AS id
WITH DISTINCT id ORDER BY id                // two that hold several take them in the same order
MERGE (ledger:Ledger {id: id})
ON CREATE SET ledger.head = $head, ledger.count = 0
REMOVE ledger.rid                           // it has none: this only takes the node's write lock
RETURN id AS ledger
