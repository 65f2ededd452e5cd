// A member disputes a fact of its own: from now on the fact counts for nothing.
//
// Nothing is found where the fact is disputed already, is not the member's, or who asks has joined nothing.
//
// @mode   write
// @result optional
// @param  id        STRING         Dispute.id: the new one's
// @param  entity    STRING         Entity.id
// @param  kind      STRING         contacts, obligations, purchases or visits
// @param  fact      STRING         the fact's id
// @param  statement STRING         what the member says
// @param  by        STRING         who says so: the subject of a token; null: not known
// @param  now       ZONED DATETIME
// @return touched   LIST<STRING>   Entity.id: whose ratings that can change
// @uses   entity_id contacted_id owed_id bought_id visited_id
MATCH (entity:Entity {id: $entity}) WHERE EXISTS { (entity)-[:JOINED]->() }
CALL (entity) {
  MATCH (source:Entity)-[fact:CONTACTED {id: $fact}]->(target:Entity) WHERE $kind = 'contacts' AND entity IN [source, target]
  RETURN fact, [source, target] AS touched
  UNION
  MATCH (debtor:Entity)-[fact:OWED {id: $fact}]->() WHERE $kind = 'obligations' AND debtor = entity
  RETURN fact, [debtor] AS touched
  UNION
  MATCH (buyer:Entity)-[fact:BOUGHT {id: $fact}]->() WHERE $kind = 'purchases' AND buyer = entity
  RETURN fact, [buyer] AS touched
  UNION
  MATCH (visitor:Entity)-[fact:VISITED {id: $fact}]->() WHERE $kind = 'visits' AND visitor = entity
  RETURN fact, [visitor] AS touched
}
REMOVE fact.version                       // it has none: this only takes the fact's write lock
WITH entity, fact, touched WHERE fact.disputed IS NULL
SET fact.disputed = $id
CREATE (entity)-[:OPENED]->(:Dispute {id: $id, kind: $kind, fact: $fact, statement: $statement, state: 'open',
                                      opened: $now, by: $by, load: fact.load})
// who has joined nothing has no rating that this could be newer than
FOREACH (each IN [each IN touched WHERE (each)-[:JOINED]->()] | SET each.changed = datetime())
RETURN [each IN touched | each.id] AS touched
