// Every purchase of an entity, the oldest first.
//
// @mode   read
// @result many
// @param  entity   STRING          Entity.id
// @return id       STRING
// @return product  STRING          Product.id
// @return category STRING
// @return at       ZONED DATETIME
// @return amount   FLOAT
// @return currency STRING
// @return disputed BOOLEAN         whether it is in dispute, and counts for nothing
// @return load     STRING          Load.id
// @uses   entity_id
MATCH (:Entity {id: $entity})-[b:BOUGHT]->(other:Product)
RETURN b.id AS id, other.id AS product, other.category AS category, b.at AS at, b.amount AS amount,
       b.currency AS currency, b.disputed IS NOT NULL AS disputed, b.load AS load
ORDER BY at, id
