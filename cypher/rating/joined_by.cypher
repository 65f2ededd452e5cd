// The memberships of these entities, scheme by scheme.
//
// @mode   read
// @result many
// @param  entities LIST<STRING>    Entity.id
// @return scheme   STRING          Scheme.id
// @return rids     LIST<INTEGER>   of the members among them
// @uses   entity_id
UNWIND $entities AS id
MATCH (:Entity {id: id})-[:JOINED]->(m:Membership)
RETURN m.scheme AS scheme, collect(m.rid) AS rids
ORDER BY scheme
