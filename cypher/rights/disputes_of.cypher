// The disputes that an entity opened, the newest first.
//
// @mode   read
// @result many
// @param  entity   STRING          Entity.id
// @return id       STRING          Dispute.id
// @uses   entity_id
MATCH (:Entity {id: $entity})-[:OPENED]->(d:Dispute)
RETURN d.id AS id
ORDER BY d.opened DESC, id
