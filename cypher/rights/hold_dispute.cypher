// A dispute that waits is held: nobody else ends it, nor gives its fact another id, until the transaction ends.
//
// Nothing is found where the dispute is in another state.
//
// @mode   write
// @result optional
// @param  id       STRING          Dispute.id
// @param  state    STRING          open or proposed
// @return kind     STRING          of the fact
// @return fact     STRING          the fact's id
// @uses   dispute_id
MATCH (d:Dispute {id: $id})
REMOVE d.version                          // it has none: this only takes the node's write lock
WITH d WHERE d.state = $state
RETURN d.kind AS kind, d.fact AS fact
