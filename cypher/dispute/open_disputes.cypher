// The disputes that are open, the oldest first.
//
// @mode   read
// @result many
// @return id       STRING          Dispute.id
// @return kind     STRING          contacts, obligations, purchases or visits
// @return opened   ZONED DATETIME
// @return reminded ZONED DATETIME  null: not yet
// @uses   dispute_state
MATCH (d:Dispute {state: 'open'})
RETURN d.id AS id, d.kind AS kind, d.opened AS opened, d.reminded AS reminded
ORDER BY opened, id
