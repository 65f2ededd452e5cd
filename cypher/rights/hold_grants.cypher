// The grants that some entities gave to a client are held: none is revoked until the transaction ends.
//
// @mode   write
// @result one
// @param  entities LIST<STRING>    Entity.id
// @param  client   STRING          Grant.client
// @return held     INTEGER
// @uses   entity_id
UNWIND $entities AS id
MATCH (:Entity {id: id})-[:GAVE]->(grant:Grant {client: $client})
WITH grant ORDER BY grant.id              // two that hold several take them in the same order
REMOVE grant.version                      // it has none: this only takes the node's write lock
RETURN count(grant) AS held
