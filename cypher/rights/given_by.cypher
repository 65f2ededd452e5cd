// The entity that gave a grant.
//
// @mode   read
// @result optional
// @param  id       STRING          Grant.id
// @return entity   STRING          Entity.id
// @uses   grant_id
MATCH (:Grant {id: $id})<-[:GAVE]-(who:Entity)
RETURN who.id AS entity
