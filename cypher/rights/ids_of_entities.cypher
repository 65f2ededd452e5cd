// The ids of all entities, in order, a piece at a time: to find those that a journal knows by hashes.
//
// @mode   read
// @result many
// @param  after    STRING          the last id of the piece before; empty: from the beginning
// @param  limit    INTEGER
// @return id       STRING          Entity.id
// @uses   entity_id
MATCH (entity:Entity) WHERE entity.id > $after
RETURN entity.id AS id ORDER BY id LIMIT $limit
