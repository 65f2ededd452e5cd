// The grants that an entity gave, the newest first.
//
// @mode   read
// @result many
// @param  entity   STRING          Entity.id
// @return grant    MAP             the grant's properties
// @return joined   BOOLEAN         whether the membership that gave it is still there
// @uses   entity_id
MATCH (who:Entity {id: $entity})-[:GAVE]->(grant:Grant)
RETURN properties(grant) AS grant,
       EXISTS { (who)-[:JOINED]->(:Membership {scheme: grant.scheme, rid: grant.rid}) } AS joined
ORDER BY grant.at DESC, grant.id
