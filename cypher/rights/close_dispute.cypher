// An open dispute has ended: its fact counts again, or is removed.
//
// Nothing is found where the dispute is not open. The fact may be gone before.
//
// @mode   write
// @result optional
// @param  id       STRING          Dispute.id
// @param  state    STRING          upheld or expired: the fact is removed; rejected or withdrawn: it counts again
// @param  now      ZONED DATETIME
// @param  reviewer STRING          who decided; null: nobody
// @param  reason   STRING          why; null: no reason
// @return kind     STRING          of the fact: contacts, obligations, purchases or visits
// @return touched  LIST<STRING>    Entity.id: whose ratings that can change; empty where the fact is gone
// @uses   dispute_id contacted_id owed_id bought_id visited_id
MATCH (d:Dispute {id: $id})
REMOVE d.version                          // it has none: this only takes the node's write lock
WITH d WHERE d.state = 'open'
SET d.state = $state, d.decided = $now, d.reviewer = $reviewer, d.reason = $reason
WITH d
OPTIONAL CALL (d) {
  MATCH (source:Entity)-[fact:CONTACTED {id: d.fact}]->(target:Entity) WHERE d.kind = 'contacts'
  RETURN fact, [source, target] AS touched
  UNION
  MATCH (debtor:Entity)-[fact:OWED {id: d.fact}]->() WHERE d.kind = 'obligations'
  RETURN fact, [debtor] AS touched
  UNION
  MATCH (buyer:Entity)-[fact:BOUGHT {id: d.fact}]->() WHERE d.kind = 'purchases'
  RETURN fact, [buyer] AS touched
  UNION
  MATCH (visitor:Entity)-[fact:VISITED {id: d.fact}]->() WHERE d.kind = 'visits'
  RETURN fact, [visitor] AS touched
}
WITH d.kind AS kind, fact, coalesce(touched, []) AS touched
FOREACH (_ IN CASE WHEN $state IN ['rejected', 'withdrawn'] THEN [1] ELSE [] END | REMOVE fact.disputed)
FOREACH (_ IN CASE WHEN $state = 'rejected' THEN [1] ELSE [] END | SET fact.rejected = $id)
FOREACH (_ IN CASE WHEN $state IN ['upheld', 'expired'] THEN [1] ELSE [] END | DELETE fact)
FOREACH (each IN [each IN touched WHERE (each)-[:JOINED]->()] | SET each.changed = datetime())
RETURN kind, [each IN touched | each.id] AS touched
