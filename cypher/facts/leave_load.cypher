// A load that was about to be taken back is not, since it is under way: it is on record as before.
//
// @mode   write
// @result none
// @param  id        STRING         Load.id
// @uses   load_id
MATCH (l:Load {id: $id})
REMOVE l.unloading, l.unloaded_by, l.why
