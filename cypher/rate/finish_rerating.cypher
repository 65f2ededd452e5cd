// A re-rating is done: circles and ratings fit again, and the run's record says how far scores can now be off.
//
// @mode   write
// @result none
// @param  scheme   STRING          Scheme.id
// @param  run      STRING          Run.id
// @param  slack    FLOAT           how far any score can be from the exact one, in score
// @uses   scheme_id run_id
MATCH (s:Scheme {id: $scheme})
REMOVE s.unsettled
WITH s
MATCH (r:Run {id: $run})
SET r.slack = CASE WHEN r.slack > $slack THEN r.slack ELSE $slack END
