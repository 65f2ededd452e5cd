// Whether a scheme's ratings were made with its present circle ties, and which run made them.
//
// @mode   read
// @result optional
// @param  scheme    STRING         Scheme.id
// @return run       STRING         the last finished run; null before the first
// @return unsettled LIST<STRING>   marks of runs that wrote ties and have not published; null: none
// @return slack     FLOAT          how far scores can be off since the run's changes were passed on; null: none was
// @uses   scheme_id run_id
MATCH (s:Scheme {id: $scheme})
OPTIONAL MATCH (r:Run {id: s.run})
RETURN s.run AS run, s.unsettled AS unsettled, r.slack AS slack
