// A ledger is held: nothing is appended to it until the transaction ends.
//
// @mode   write
// @result none
// @param  id       STRING          Ledger.id
// @uses   ledger_id
MATCH (ledger:Ledger {id: $id})
REMOVE ledger.rid                         // it has none: this only takes the node's write lock
