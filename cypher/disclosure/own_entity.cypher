// What is kept of an entity itself.
//
// @mode   read
// @result optional
// @param  entity   STRING          Entity.id
// @return id       STRING
// @return kind     STRING          person, organisation or sole-trader
// @return name     STRING          null where none was given; as the next three
// @return born     DATE
// @return uscc     STRING
// @return lei      STRING
// @return subjects LIST<STRING>   of the tokens that act for it, or ever did
// @return left     LIST<MAP>      {scheme, at}: Scheme.id of each scheme that it left and has not joined again, and when it left
// @uses   entity_id
MATCH (e:Entity {id: $entity})
RETURN e.id AS id, CASE WHEN e:Person THEN 'person' WHEN e:SoleTrader THEN 'sole-trader' ELSE 'organisation' END AS kind,
       e.name AS name, e.born AS born, e.uscc AS uscc, e.lei AS lei, coalesce(e.subjects, []) AS subjects,
       COLLECT { MATCH (e)-[gone:LEFT]->(s:Scheme) RETURN {scheme: s.id, at: gone.at} ORDER BY s.id } AS left
