// A member pauses its tie with another member, with an entity that has not joined, or with an id that is not known.
//
// A tie counts while neither end has paused it. What was paused before stays as it is.
//
// @mode   write
// @result optional
// @param  id        STRING         Membership.id
// @param  contact   STRING         Entity.id
// @param  most      INTEGER        how many pauses a membership can have
// @param  now       ZONED DATETIME
// @return paused    BOOLEAN        false where the membership has as many pauses as it can
// @return touched   LIST<STRING>   Entity.id of those whose circle can be another now
// @uses   membership_id entity_id absent_id
MATCH (m:Membership {id: $id})
MATCH (m)<-[:JOINED]-(entity:Entity)
OPTIONAL MATCH (known:Entity {id: $contact})
WITH m, entity, known, EXISTS { MATCH (m)-[:PAUSED]->(each) WHERE each.id = $contact } AS before,
     COUNT { (m)-[:PAUSED]->() } >= $most AS full
WITH m, entity, known, before OR NOT full AS paused, NOT before AND NOT full AS new
FOREACH (_ IN CASE WHEN new AND known IS NOT NULL THEN [1] ELSE [] END |
  CREATE (m)-[:PAUSED {at: $now}]->(known))
FOREACH (_ IN CASE WHEN new AND known IS NULL THEN [1] ELSE [] END |
  MERGE (absent:Absent {id: $contact})
  CREATE (m)-[:PAUSED {at: $now}]->(absent))
WITH paused, CASE WHEN new AND EXISTS { (entity)-[:CONTACTED]-(known) } THEN [entity, known] ELSE [] END AS touched
FOREACH (each IN [end IN touched WHERE (end)-[:JOINED]->()] | SET each.changed = datetime())
RETURN paused, [each IN touched | each.id] AS touched
