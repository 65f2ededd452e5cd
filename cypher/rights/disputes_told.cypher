// The disputes of which an entity is the other side, the newest first.
//
// @mode   read
// @result many
// @param  entity   STRING          Entity.id
// @return id       STRING          Dispute.id
// @return waits    BOOLEAN         whether it can answer still
// @uses   entity_id
MATCH (:Entity {id: $entity})<-[:TOLD]-(d:Dispute)
RETURN d.id AS id, d.state = 'open' AND d.answered IS NULL AS waits
ORDER BY d.opened DESC, id
