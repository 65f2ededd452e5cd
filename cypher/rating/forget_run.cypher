// No record is left of a run that was given up before it published anything.
//
// @mode   write
// @result none
// @param  id       STRING          Run.id
// @uses   run_id
MATCH (r:Run {id: $id})
DELETE r
