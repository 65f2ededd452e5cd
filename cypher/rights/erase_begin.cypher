// An entity that is about to be erased: what it is known by and where it takes part. The caller holds it.
//
// @mode   read
// @result optional
// @param  id          STRING       Entity.id
// @return name        STRING       null where none was given
// @return memberships LIST<MAP>    {scheme, rid} by scheme
// @uses   entity_id
MATCH (entity:Entity {id: $id})
RETURN entity.name AS name,
       COLLECT { MATCH (entity)-[:JOINED]->(m:Membership) RETURN {scheme: m.scheme, rid: m.rid} ORDER BY m.scheme } AS memberships
