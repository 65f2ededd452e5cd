// The members whose facts changed since an instant of the server.
//
// @mode   read
// @result many
// @param  since    ZONED DATETIME
// @return entity   STRING          Entity.id
MATCH (e:Entity) WHERE e.changed >= $since AND EXISTS { (e)-[:JOINED]->() }
RETURN e.id AS entity
ORDER BY entity
