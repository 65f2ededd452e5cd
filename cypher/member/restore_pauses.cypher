// Who joins is paused again by those who had paused it before it was erased or objected to being listed.
//
// @mode   write
// @result none
// @param  joining   LIST<MAP>      {entity: Entity.id, hash: sha256 of the salt of objections and that id}
// @uses   entity_id absent_hash
UNWIND $joining AS each
MATCH (entity:Entity {id: each.entity})
MATCH (nameless:Absent {hash: each.hash})
CALL (entity, nameless) {
  MATCH (m:Membership)-[pause:PAUSED]->(nameless)
  MERGE (m)-[again:PAUSED]->(entity)
  ON CREATE SET again.at = pause.at
}
DETACH DELETE nameless
