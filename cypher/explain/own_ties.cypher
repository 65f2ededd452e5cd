// The contacts of an entity that are not in dispute, and whether it has paused the tie itself in a scheme.
//
// Whether the other end has paused it is not in it: what is made from this tells nothing of that.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  entity   STRING          Entity.id
// @return id       STRING
// @return other    STRING          Entity.id of the other end
// @return began    BOOLEAN         whether this entity began it
// @return at       INTEGER         in microseconds since 1970
// @return paused   BOOLEAN         whether this entity has paused the tie
// @uses   entity_id
MATCH (e:Entity {id: $entity})
MATCH (e)-[c:CONTACTED]-(other:Entity) WHERE c.disputed IS NULL
RETURN c.id AS id, other.id AS other, startNode(c) = e AS began,
       c.at.epochSeconds * 1000000 + c.at.microsecond AS at,
       EXISTS { MATCH (e)-[:JOINED]->(m:Membership)-[:PAUSED]->(other) WHERE m.scheme = $scheme } AS paused
ORDER BY at, id
