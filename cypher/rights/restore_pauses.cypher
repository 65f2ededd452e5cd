// Joining entities are paused again by the members that had paused them before they were erased or objected.
//
// @mode   write
// @result none
// @param  joining   LIST<MAP>      {entity: Entity.id, hash: sha256 of the salt of objections and that id}
// @uses   entity_id absent_hash
UNWIND $joining AS each
MATCH (nameless:Absent {hash: each.hash})
WITH each, nameless, COLLECT { MATCH (m:Membership)-[pause:PAUSED]->(nameless) RETURN {by: m, at: pause.at} } AS pauses
MATCH (entity:Entity {id: each.entity})
DETACH DELETE nameless
WITH entity, pauses
UNWIND pauses AS pause
WITH entity, pause, pause.by AS m
MERGE (m)-[again:PAUSED]->(entity)
ON CREATE SET again.at = pause.at
