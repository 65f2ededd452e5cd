// The contests that an entity opened, the newest first.
//
// @mode   read
// @result many
// @param  entity   STRING          Entity.id
// @return entity   STRING          the same
// @return contest  MAP             the contest's properties
// @uses   entity_id
MATCH (entity:Entity {id: $entity})-[:OPENED]->(contest:Contest)
RETURN entity.id AS entity, properties(contest) AS contest
ORDER BY contest.opened DESC, contest.id
