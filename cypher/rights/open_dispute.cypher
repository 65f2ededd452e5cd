// A member disputes a fact of its own: from now on the fact counts for nothing, and its other side is told.
//
// The other side is the other end of the fact, where that is an entity that is known.
// Nothing is found where the fact is disputed already, is not the entity's, or is gone, or where the entity has joined
// nothing.
//
// @mode   write
// @result optional
// @param  id        STRING         Dispute.id: the new one's
// @param  entity    STRING         Entity.id
// @param  kind      STRING         of the fact
// @param  fact      STRING         the fact's id
// @param  ref       STRING         where facts_by_id found it in this transaction
// @param  type      STRING         of the relationship that it is
// @param  both      BOOLEAN        whether it counts for both ends; else for the first one alone
// @param  statement STRING         what the member says
// @param  by        STRING         the subject of the token that says so; null: not known
// @param  now       ZONED DATETIME
// @return touched   LIST<STRING>   Entity.id of those whose ratings that can change
MATCH (source:Entity)-[fact]->(target)
WHERE elementId(fact) = $ref AND fact.id = $fact AND type(fact) = $type
WITH fact, [source, target] AS ends, CASE WHEN $both THEN [source, target] ELSE [source] END AS touched
UNWIND touched AS entity
WITH DISTINCT entity, fact, ends, touched WHERE entity.id = $entity AND EXISTS { (entity)-[:JOINED]->() }
REMOVE fact.version                       // it has none: this only takes the fact's write lock
WITH entity, fact, ends, touched WHERE fact.disputed IS NULL
SET fact.disputed = $id
CREATE (entity)-[:OPENED]->(dispute:Dispute {id: $id, kind: $kind, fact: $fact, statement: $statement, state: 'open',
                                             opened: $now, by: $by, load: fact.load})
FOREACH (other IN [side IN ends WHERE side <> entity AND side:Entity AND NOT side:Anonymous] |
  CREATE (dispute)-[:TOLD]->(other))
// an entity that has joined nothing has no rating that this could be newer than
FOREACH (each IN [each IN touched WHERE (each)-[:JOINED]->()] | SET each.changed = datetime())
RETURN [each IN touched | each.id] AS touched
