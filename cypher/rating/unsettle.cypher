// The circles of a scheme are about to be written: until the publication that follows, they are ahead of its ratings.
//
// A run that breaks off between the two leaves its mark, and so does a member that leaves. The next run removes them.
//
// @mode   write
// @result none
// @param  scheme   STRING          Scheme.id
// @param  id       STRING          of the run or re-rating
// @param  all      BOOLEAN         whether all circles are written, so that earlier marks mean nothing any more
// @uses   scheme_id
MATCH (s:Scheme {id: $scheme})
SET s.unsettled = CASE WHEN $all THEN [] ELSE coalesce(s.unsettled, []) END + [$id]
