// Facts are removed by id; ids that are not known change nothing.
//
// @mode   write
// @result many
// @param  kind     STRING          contacts, obligations, purchases or visits
// @param  ids      LIST<STRING>    of facts of this kind
// @return id       STRING          of a fact that is gone
// @return touched  LIST<STRING>    Entity.id: whose ratings that can change
// @return said     MAP             what was stored of it, but for its two ends
// @uses   contacted_id owed_id bought_id visited_id
UNWIND $ids AS id
CALL (id) {
  MATCH (source:Entity)-[fact:CONTACTED {id: id}]->(target:Entity) WHERE $kind = 'contacts'
  RETURN fact, [source, target] AS touched
  UNION
  MATCH (debtor:Entity)-[fact:OWED {id: id}]->() WHERE $kind = 'obligations'
  RETURN fact, [debtor] AS touched
  UNION
  MATCH (entity:Entity)-[fact:BOUGHT {id: id}]->() WHERE $kind = 'purchases'
  RETURN fact, [entity] AS touched
  UNION
  MATCH (entity:Entity)-[fact:VISITED {id: id}]->() WHERE $kind = 'visits'
  RETURN fact, [entity] AS touched
}
FOREACH (entity IN touched | SET entity.changed = datetime())
WITH id, fact, [entity IN touched | entity.id] AS touched, properties(fact) AS said
DELETE fact
RETURN id, touched, said
