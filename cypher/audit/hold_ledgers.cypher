// The ledgers on which reads of these entities are recorded are held until the transaction ends, and there.
//
// A read of a member is recorded on the membership's ledger, one of anybody else on the scheme's. One that is of no
// scheme is recorded on a ledger of the entity itself, where there is one. A read that waits for a ledger may have
// waited for an erasure: `ledger_ends` says whether all of that is still so when the ledgers are held.
//
// @mode   write
// @result many
// @param  scheme   STRING          Scheme.id; empty for a read that is of no scheme
// @param  entities LIST<STRING>    Entity.id
// @param  known    BOOLEAN         whether every known entity has a ledger in the scheme, member or not
// @param  head     STRING          of a ledger without records
// @return entity   STRING          as given
// @return ledger   STRING          Ledger.id
// @return own      BOOLEAN         whether it is the entity's, and not the scheme's
// @uses   membership_id entity_id ledger_id
UNWIND $entities AS entity
OPTIONAL MATCH (m:Membership {id: $scheme + '|' + entity})<-[:JOINED]-(member:Entity)
USING INDEX SEEK m:Membership(id)         // while the graph fills, the server would read the whole index
OPTIONAL MATCH (known:Entity {id: CASE WHEN $known OR $scheme = '' THEN entity END})
USING INDEX SEEK known:Entity(id)
WITH entity, coalesce(member, known) IS NOT NULL AS own
WITH entity, own, $scheme + '|' + CASE WHEN own THEN entity ELSE '' END AS id
ORDER BY id                               // two that hold several take them in the same order
MERGE (ledger:Ledger {id: id})
ON CREATE SET ledger.head = $head, ledger.count = 0
REMOVE ledger.rid                         // it has none: this only takes the node's write lock
RETURN entity, id AS ledger, own
