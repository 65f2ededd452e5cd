// Every lane is held: no refusal is noted until the transaction ends.
//
// @mode   write
// @result none
// @param  lanes    INTEGER         how many there are
// @uses   lane_id
UNWIND range(0, $lanes - 1) AS id
MERGE (lane:Lane {id: id})
REMOVE lane.rid                           // it has none: this only takes the node's write lock
