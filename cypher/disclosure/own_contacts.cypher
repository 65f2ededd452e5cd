// Every contact of an entity, the oldest first.
//
// @mode   read
// @result many
// @param  entity   STRING          Entity.id
// @return id       STRING
// @return other    STRING          Entity.id of the other end
// @return began    BOOLEAN         whether this entity began it
// @return at       ZONED DATETIME
// @return channel  STRING
// @return disputed BOOLEAN         whether it is in dispute, and counts for nothing
// @return load     STRING          Load.id
// @uses   entity_id
MATCH (e:Entity {id: $entity})
MATCH (e)-[c:CONTACTED]-(other:Entity)
RETURN c.id AS id, other.id AS other, startNode(c) = e AS began, c.at AS at, c.channel AS channel,
       c.disputed IS NOT NULL AS disputed, c.load AS load
ORDER BY at, id
