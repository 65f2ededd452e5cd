// A proposed dispute is open: from now on its fact counts for nothing, its days begin, and its other side is told.
//
// The caller holds the dispute (hold_dispute). Nothing is found where the fact is disputed, or has gone since this
// transaction found it.
//
// @mode   write
// @result optional
// @param  id       STRING          Dispute.id
// @param  ref      STRING          where facts_by_id found the fact in this transaction
// @param  type     STRING          of the relationship that the fact is
// @param  both     BOOLEAN         whether it counts for both ends; else for the first one alone
// @param  reviewer STRING          the person who admitted it
// @param  reason   STRING          why
// @param  now      ZONED DATETIME
// @return touched  LIST<STRING>    Entity.id of those whose ratings that can change
// @uses   dispute_id
MATCH (entity:Entity)-[:OPENED]->(d:Dispute {id: $id})
OPTIONAL MATCH (source:Entity)-[fact]->(target)
WHERE elementId(fact) = $ref AND fact.id = d.fact AND type(fact) = $type
REMOVE fact.version                       // it has none: this only takes the fact's write lock
WITH entity, d, fact, [source, target] AS ends, CASE WHEN $both THEN [source, target] ELSE [source] END AS touched
WHERE fact IS NOT NULL AND fact.disputed IS NULL
SET fact.disputed = $id, d.state = 'open', d.opened = $now, d.reminded = null, d.load = fact.load,
    d.admitted_by = $reviewer, d.admission = $reason
FOREACH (other IN [side IN ends WHERE side <> entity AND side:Entity AND NOT side:Anonymous] |
  CREATE (d)-[:TOLD]->(other))
// an entity that has joined nothing has no rating that this could be newer than
FOREACH (each IN [each IN touched WHERE (each)-[:JOINED]->()] | SET each.changed = datetime())
RETURN [each IN touched | each.id] AS touched
