// A load is taken back: nothing is left to do.
//
// @mode   write
// @result none
// @param  id        STRING         Load.id
// @uses   load_id
MATCH (l:Load {id: $id})
SET l.unloaded = coalesce(l.unloaded, datetime())
