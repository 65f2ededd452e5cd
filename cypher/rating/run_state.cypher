// Whether the circle ties of a scheme are those that its ratings were made with, and of which run those are.
//
// @mode   read
// @result optional
// @param  scheme    STRING         Scheme.id
// @return run       STRING         the last finished run; null before the first
// @return unsettled LIST<STRING>   who wrote ties and has not published yet, or broke off; null: nobody
// @return slack     FLOAT          how far scores can be off since the run's changes were passed on; null: none was
// @uses   scheme_id run_id
MATCH (s:Scheme {id: $scheme})
OPTIONAL MATCH (r:Run {id: s.run})
RETURN s.run AS run, s.unsettled AS unsettled, r.slack AS slack
