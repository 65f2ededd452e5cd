// A dispute has ended: its fact counts again, or is removed, if it is not gone already. An obligation goes with what was paid of it.
//
// The caller holds the dispute (hold_dispute). Nothing is found where the fact has gone since this transaction
// found it.
//
// @mode   write
// @result optional
// @param  id       STRING          Dispute.id
// @param  ref      STRING          where facts_by_id found the fact in this transaction; null: it is gone
// @param  type     STRING          of the relationship that the fact is
// @param  both     BOOLEAN         whether it counts for both ends; else for the first one alone
// @param  state    STRING          upheld or expired: the fact is removed; rejected or withdrawn: it counts again
// @param  now      ZONED DATETIME
// @param  reviewer STRING          the person who decided; null: nobody
// @param  reason   STRING          why; null: no reason
// @return touched  LIST<STRING>    Entity.id of those whose ratings that can change; empty where the fact is gone
// @uses   dispute_id paid_obligation
MATCH (d:Dispute {id: $id})
SET d.state = $state, d.decided = $now, d.reviewer = $reviewer, d.reason = $reason
WITH d
OPTIONAL MATCH (source:Entity)-[fact]->(target)
WHERE elementId(fact) = $ref AND fact.id = d.fact AND type(fact) = $type
WITH fact, CASE WHEN fact IS NULL THEN [] WHEN $both THEN [source, target] ELSE [source] END AS touched
WHERE fact IS NOT NULL OR $ref IS NULL
FOREACH (_ IN CASE WHEN $state IN ['rejected', 'withdrawn'] THEN [1] ELSE [] END | REMOVE fact.disputed)
FOREACH (_ IN CASE WHEN $state IN ['rejected', 'withdrawn'] THEN [1] ELSE [] END | SET fact.rejected = $id)
WITH fact, touched
CALL (fact) {
  MATCH ()-[paid:PAID]->() USING INDEX SEEK paid:PAID(obligation)
  WHERE paid.obligation = fact.id AND type(fact) = 'OWED' AND $state IN ['upheld', 'expired']
  DELETE paid
}
FOREACH (_ IN CASE WHEN $state IN ['upheld', 'expired'] THEN [1] ELSE [] END | DELETE fact)
FOREACH (each IN [each IN touched WHERE (each)-[:JOINED]->()] | SET each.changed = datetime())
RETURN [each IN touched | each.id] AS touched
