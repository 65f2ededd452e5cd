// A member takes back that it paused its tie with somebody.
//
// @mode   write
// @result optional
// @param  id        STRING         Membership.id
// @param  contact   STRING         Entity.id
// @return touched   LIST<STRING>   Entity.id of those whose circle can be another now
// @uses   membership_id
MATCH (m:Membership {id: $id})
MATCH (m)<-[:JOINED]-(entity:Entity)
OPTIONAL MATCH (m)-[pause:PAUSED]->(other) WHERE other.id = $contact
WITH entity, pause, other, other:Absent AND COUNT { (other)<-[:PAUSED]-() } = 1 AS needless
DELETE pause
FOREACH (absent IN CASE WHEN needless THEN [other] ELSE [] END | DELETE absent)
WITH CASE WHEN EXISTS { (entity)-[:CONTACTED]-(other) } THEN [entity, other] ELSE [] END AS touched
FOREACH (each IN [end IN touched WHERE (end)-[:JOINED]->()] | SET each.changed = datetime())
RETURN [each IN touched | each.id] AS touched
