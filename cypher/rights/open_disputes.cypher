// The disputes that wait, the oldest first: the open ones for a decision, the proposed ones to be admitted.
//
// @mode   read
// @result many
// @return id       STRING          Dispute.id
// @return entity   STRING          Entity.id of the member that opened it
// @return kind     STRING          of the fact
// @return state    STRING          open or proposed
// @return opened   ZONED DATETIME  of a proposed one, when it was proposed
// @return reminded ZONED DATETIME  null: not yet
// @uses   dispute_state
MATCH (d:Dispute) WHERE d.state IN ['open', 'proposed']
MATCH (d)<-[:OPENED]-(entity:Entity)
RETURN d.id AS id, entity.id AS entity, d.kind AS kind, d.state AS state, d.opened AS opened, d.reminded AS reminded
ORDER BY opened, id
