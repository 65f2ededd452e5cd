// The grants of some entities that hold now, for a client and a purpose, the newest first.
//
// A grant holds until it is revoked or its time is over; leaving the scheme revokes it.
//
// @mode   read
// @result many
// @param  entities LIST<STRING>    Entity.id
// @param  client   STRING          Grant.client
// @param  scheme   STRING          Scheme.id; null: any
// @param  purpose  STRING          Grant.purpose
// @param  now      ZONED DATETIME
// @return entity   STRING          Entity.id
// @return grant    MAP             the grant's properties
// @uses   entity_id
UNWIND $entities AS id
MATCH (:Entity {id: id})-[:GAVE]->(grant:Grant {client: $client, purpose: $purpose})
WHERE ($scheme IS NULL OR grant.scheme = $scheme) AND grant.revoked IS NULL AND grant.until > $now
RETURN id AS entity, properties(grant) AS grant
ORDER BY entity, grant.at DESC, grant.id
