// The names of organisations that have one. A sole trader is a person, and is called by its id.
//
// @mode   read
// @result many
// @param  ids      LIST<STRING>    Entity.id
// @return id       STRING
// @return name     STRING
// @uses   entity_id
UNWIND $ids AS id
MATCH (o:Entity {id: id}) WHERE o:Organisation AND NOT o:SoleTrader AND o.name IS NOT NULL
RETURN o.id AS id, o.name AS name
ORDER BY id
