// A member takes back its pause of an entity that was erased, or objects to being listed.
//
// @mode   write
// @result none
// @param  id        STRING         Membership.id
// @param  hash      STRING         sha256 of the salt of objections and the Entity.id that was paused
// @uses   membership_id
MATCH (m:Membership {id: $id}) USING INDEX SEEK m:Membership(id)
OPTIONAL MATCH (m)-[pause:PAUSED]->(nameless:Absent) WHERE nameless.hash = $hash
WITH pause, nameless, COUNT { (nameless)<-[:PAUSED]-() } = 1 AS needless
DELETE pause
FOREACH (each IN CASE WHEN needless THEN [nameless] ELSE [] END | DELETE each)
