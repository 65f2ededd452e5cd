// The grants that an entity gave, the newest first.
//
// @mode   read
// @result many
// @param  entity   STRING          Entity.id
// @return grant    MAP             the grant's properties
// @uses   entity_id
MATCH (:Entity {id: $entity})-[:GAVE]->(grant:Grant)
RETURN properties(grant) AS grant
ORDER BY grant.at DESC, grant.id
