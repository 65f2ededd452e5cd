// The circles of a scheme are about to be written: until the publication that follows, they are ahead of its ratings.
//
// A run or re-rating that breaks off between the two leaves the mark, and only a run can remove it.
//
// @mode   write
// @result none
// @param  scheme   STRING          Scheme.id
// @param  id       STRING          of the run or re-rating
// @uses   scheme_id
MATCH (s:Scheme {id: $scheme})
SET s.unsettled = $id
