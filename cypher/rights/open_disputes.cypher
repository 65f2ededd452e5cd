// The disputes that are open, the oldest first.
//
// @mode   read
// @result many
// @return id       STRING          Dispute.id
// @return entity   STRING          Entity.id of the member that opened it
// @return kind     STRING          of the fact
// @return opened   ZONED DATETIME
// @return reminded ZONED DATETIME  null: not yet
// @uses   dispute_state
MATCH (d:Dispute {state: 'open'})
MATCH (d)<-[:OPENED]-(entity:Entity)
RETURN d.id AS id, entity.id AS entity, d.kind AS kind, d.opened AS opened, d.reminded AS reminded
ORDER BY opened, id
