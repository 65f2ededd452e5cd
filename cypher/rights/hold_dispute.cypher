// An open dispute is held: nobody else ends it, nor gives its fact another id, until the transaction ends.
//
// Nothing is found where the dispute is not open.
//
// @mode   write
// @result optional
// @param  id       STRING          Dispute.id
// @return kind     STRING          of the fact
// @return fact     STRING          the fact's id
// @uses   dispute_id
MATCH (d:Dispute {id: $id})
REMOVE d.version                          // it has none: this only takes the node's write lock
WITH d WHERE d.state = 'open'
RETURN d.kind AS kind, d.fact AS fact
