// Every payment of what an entity owed, and of what others owed to it, the oldest first.
//
// @mode   read
// @result many
// @param  entity   STRING          Entity.id
// @return id       STRING
// @return obligation STRING        id of the obligation
// @return role     STRING          debtor or creditor: what this entity is in it
// @return other    STRING          Entity.id of the other end
// @return at       ZONED DATETIME
// @return amount   FLOAT           below 0: a refund
// @return currency STRING
// @return load     STRING          Load.id
// @uses   entity_id
MATCH (e:Entity {id: $entity})
MATCH (e)-[paid:PAID]-(other:Entity)
RETURN paid.id AS id, paid.obligation AS obligation, CASE startNode(paid) WHEN e THEN 'debtor' ELSE 'creditor' END AS role,
       other.id AS other, paid.at AS at, paid.amount AS amount, paid.currency AS currency, paid.load AS load
ORDER BY at, id
