// Entities are held: nobody else decides about them or for them, or erases them, until the transaction ends.
//
// An entity that was erased while this waited and then loaded again is another node: so they are looked for twice.
//
// @mode   write
// @result many
// @param  entities  LIST<STRING>   Entity.id
// @return entity    STRING         Entity.id of each that there is
// @uses   entity_id
UNWIND $entities AS id
OPTIONAL MATCH (entity:Entity {id: id})
USING INDEX SEEK entity:Entity(id)        // while the graph fills, the server would read the whole index
WITH entity ORDER BY entity.id            // two that hold several take them in the same order
REMOVE entity.rid                         // it has none: this only takes the node's write lock
WITH count(*) AS rows
UNWIND $entities AS id
MATCH (entity:Entity {id: id})
USING INDEX SEEK entity:Entity(id)
REMOVE entity.rid
RETURN id AS entity
ORDER BY entity
