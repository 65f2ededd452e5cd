// The ratings of a scheme are marked stale: changes were not passed on, and its next run settles them.
//
// @mode   write
// @result none
// @param  scheme   STRING          Scheme.id
// @uses   scheme_id run_id
MATCH (s:Scheme {id: $scheme})
MATCH (r:Run {id: s.run})
SET r.stale = true
