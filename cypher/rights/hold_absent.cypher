// An id that the graph does not know, and that members may have paused, is held until the transaction ends.
//
// @mode   write
// @result none
// @param  id        STRING         Entity.id
// @uses   absent_id
MATCH (absent:Absent {id: $id})
REMOVE absent.rid                         // it has none: this only takes the node's write lock
