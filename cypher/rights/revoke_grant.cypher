// A grant holds no longer; one that was revoked before stays as it is.
//
// The caller holds the entity.
//
// @mode   write
// @result optional
// @param  id       STRING          Grant.id
// @param  entity   STRING          Entity.id of the giver
// @param  now      ZONED DATETIME
// @return entity   STRING          Entity.id of the giver
// @return grant    MAP             the grant's properties
// @uses   grant_id
MATCH (grant:Grant {id: $id})<-[:GAVE]-(who:Entity) USING INDEX SEEK grant:Grant(id)
WHERE who.id = $entity
SET grant.revoked = coalesce(grant.revoked, $now)
RETURN who.id AS entity, properties(grant) AS grant
