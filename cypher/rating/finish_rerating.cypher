// A re-rating is done: circles and ratings fit again, and the run's record says how far scores can now be off.
//
// @mode   write
// @result none
// @param  scheme   STRING          Scheme.id
// @param  run      STRING          Run.id
// @param  settled  LIST<STRING>    the marks of Scheme.unsettled that this re-rating takes back
// @param  slack    FLOAT           how far any score can be from the exact one, in score
// @uses   scheme_id run_id
MATCH (s:Scheme {id: $scheme})
WITH s, [mark IN s.unsettled WHERE NOT mark IN $settled] AS marks
SET s.unsettled = CASE WHEN size(marks) > 0 THEN marks END
WITH s
MATCH (r:Run {id: $run})
SET r.slack = CASE WHEN r.slack > $slack THEN r.slack ELSE $slack END
