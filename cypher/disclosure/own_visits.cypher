// Every visit of an entity, the oldest first.
//
// @mode   read
// @result many
// @param  entity   STRING          Entity.id
// @return id       STRING
// @return site     STRING          Site.id
// @return category STRING
// @return at       ZONED DATETIME
// @return disputed BOOLEAN         whether it is in dispute, and counts for nothing
// @return load     STRING          Load.id
// @uses   entity_id
MATCH (:Entity {id: $entity})-[v:VISITED]->(other:Site)
RETURN v.id AS id, other.id AS site, other.category AS category, v.at AS at, v.disputed IS NOT NULL AS disputed,
       v.load AS load
ORDER BY at, id
