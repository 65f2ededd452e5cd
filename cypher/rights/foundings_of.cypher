// Every time that an entity was named as a founder of a scheme, in the order of time.
//
// @mode   read
// @result many
// @param  entity    STRING         Entity.id
// @return founding  MAP            scheme, and the properties of the naming
// @uses   entity_id
MATCH (:Entity {id: $entity})-[f:FOUNDS]->(s:Scheme)
RETURN f {scheme: s.id, .named, .named_by, .accepted, .accepted_by, .ended, .ended_by} AS founding
ORDER BY f.named, s.id
