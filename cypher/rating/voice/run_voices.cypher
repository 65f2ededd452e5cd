// The voices that a run used: the members that had one, and how many quarters it was.
//
// @mode   read
// @result optional
// @param  id       STRING          Run.id
// @return speakers LIST<INTEGER>   rids, ascending; null: the policy of the run had no voices
// @return quarters LIST<INTEGER>   of each, 1 to 4
// @uses   run_id
MATCH (r:Run {id: $id})
RETURN r.speakers AS speakers, r.quarters AS quarters
