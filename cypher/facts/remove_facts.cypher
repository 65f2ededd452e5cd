// Facts are removed, each where facts_by_id found it in this transaction; an obligation with what was paid of it.
//
// Neo4j gives the ids of its own again after a removal: where another fact is there now, nothing changes.
//
// @mode   write
// @result many
// @param  facts    LIST<MAP>       {id, ref}: as facts_by_id has them
// @param  type     STRING          of the relationships that they are
// @param  both     BOOLEAN         whether they count for both ends; else for the first one alone
// @return id       STRING          of a fact that is gone
// @return touched  LIST<STRING>    Entity.id of those whose ratings that can change
// @return said     MAP             what was stored of it, but for its two ends
// @uses   paid_obligation
UNWIND $facts AS each
MATCH (source:Entity)-[fact]->(target)
WHERE elementId(fact) = each.ref AND fact.id = each.id AND type(fact) = $type
WITH fact, CASE WHEN $both THEN [source, target] ELSE [source] END AS touched
// an entity that has joined nothing has no rating that this could be newer than
FOREACH (entity IN [each IN touched WHERE (each)-[:JOINED]->()] | SET entity.changed = datetime())
WITH fact, [entity IN touched | entity.id] AS touched, properties(fact) AS said
CALL (fact) {
  MATCH ()-[paid:PAID]->() USING INDEX SEEK paid:PAID(obligation)
  WHERE paid.obligation = fact.id AND type(fact) = 'OWED'
  DELETE paid
}
DELETE fact
RETURN said.id AS id, touched, said
