// The ledgers on which reads of these entities are recorded are there, and held until the transaction ends.
//
// A read of a member is recorded on the membership's ledger, one of anybody else on the scheme's. One that is of no
// scheme is recorded on a ledger of the entity itself, where there is one.
//
// @mode   write
// @result many
// @param  scheme   STRING          Scheme.id; empty for a read that is of no scheme
// @param  entities LIST<STRING>    Entity.id
// @param  head     STRING          of a ledger without records
// @return entity   STRING          as given
// @return ledger   STRING          Ledger.id
// @uses   membership_id entity_id ledger_id
UNWIND $entities AS entity
OPTIONAL MATCH (m:Membership {id: $scheme + '|' + entity})<-[:JOINED]-(member:Entity)
USING INDEX SEEK m:Membership(id)         // while the graph fills, the server would read the whole index
OPTIONAL MATCH (known:Entity {id: CASE $scheme WHEN '' THEN entity END})
USING INDEX SEEK known:Entity(id)
WITH entity, coalesce(member, known) AS who
WITH entity, who, $scheme + '|' + CASE WHEN who IS NULL THEN '' ELSE entity END AS id
ORDER BY id                               // two that hold several take them in the same order
MERGE (ledger:Ledger {id: id})
ON CREATE SET ledger.head = $head, ledger.count = 0
REMOVE ledger.rid                         // it has none: this only takes the node's write lock
WITH entity, who, ledger
FOREACH (_ IN CASE WHEN who IS NOT NULL AND ledger.count = 0 THEN [1] END | MERGE (ledger)-[:ABOUT]->(who))
RETURN entity, ledger.id AS ledger
