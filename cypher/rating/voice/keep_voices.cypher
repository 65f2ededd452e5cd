// The voices of a run are on its record: the members that have one, and how many quarters it is.
//
// They are read from what was published: of a member that left or was erased meanwhile, nothing is kept.
//
// @mode   write
// @result none
// @param  scheme   STRING          Scheme.id
// @param  id       STRING          Run.id
// @param  members  INTEGER         largest rid + 1
// @uses   run_id membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE 0 <= m.rid < $members AND m.run = $id AND m.voice > 0
WITH m.rid AS rid, toInteger(4 * m.voice) AS quarters ORDER BY rid
WITH collect(rid) AS speakers, collect(quarters) AS quarters
MATCH (r:Run {id: $id})
SET r.speakers = speakers, r.quarters = quarters
