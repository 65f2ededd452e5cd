// A run is on record as finished, and is the scheme's last; runs that never finished are gone.
//
// The circles and what is published fit again, unless someone left after the circles were written. A run that is on record as stale
// before anybody is published stays so: its facts are older than it is.
//
// @mode   write
// @result none
// @param  id       STRING          Run.id
// @param  scheme   STRING          Scheme.id
// @param  ties     INTEGER         in all circles
// @param  histogram LIST<INTEGER>  members in each twelfth of the scale, as distribution.cypher counts them
// @param  bands    LIST<INTEGER>   members in each band of the policy, the lowest first
// @uses   run_id scheme_id
MATCH (r:Run {id: $id})
SET r.ties = $ties, r.histogram = $histogram, r.bands = $bands, r.finished = datetime()
WITH r
MATCH (s:Scheme {id: $scheme})
SET s.run = r.id
WITH r, s, [mark IN s.unsettled WHERE mark <> $id] AS marks
SET s.unsettled = CASE WHEN size(marks) > 0 THEN marks END, r.stale = CASE WHEN size(marks) > 0 OR r.stale THEN true END
WITH r
MATCH (killed:Run) WHERE killed.scheme = $scheme AND killed.finished IS NULL
DELETE killed
