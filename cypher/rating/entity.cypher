// One entity: whether it is known, and as what.
//
// @mode   read
// @result optional
// @for    one entity
// @param  id       STRING          Entity.id
// @return id       STRING
// @return kind     STRING          person, organisation or sole-trader
// @return name     STRING          null where none was given
// @uses   entity_id
MATCH (e:Entity {id: $id})
RETURN e.id AS id, CASE WHEN e:Person THEN 'person' WHEN e:SoleTrader THEN 'sole-trader' ELSE 'organisation' END AS kind, e.name AS name
