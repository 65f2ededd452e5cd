// The ratings of others, present and earlier, do not say any more that this member was in the circle, nor its score.
//
// A rating has to add up, so what its whole circle supplied stays: each score that it used, and each that it was
// shown with, becomes the mean of all,
// as the circle weighs them, and in place of the member's rid stands a number that is nobody's.
//
// @mode   write
// @result none
// @param  scheme   STRING          Scheme.id
// @param  rid      INTEGER         of the member that is erased
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE m.rid >= 0
// a run or a re-rating that broke off may have left it
FOREACH (_ IN CASE WHEN $rid IN m.next_circle THEN [1] END |
  SET m.next_circle = [rid IN m.next_circle | CASE rid WHEN $rid THEN -1 ELSE rid END])
WITH m
CALL (m) {
  RETURN m AS state
UNION
  MATCH (m)-[:WAS]->(state:Past)
  RETURN state
}
WITH state WHERE $rid IN state.circle
WITH state, reduce(sum = 0.0, i IN range(0, size(state.used) - 1) | sum + state.weights[i] * state.used[i]) AS supplied,
     reduce(sum = 0.0, i IN range(0, size(state.seen) - 1) | sum + state.weights[i] * state.seen[i]) AS seen,
     reduce(sum = 0.0, weight IN state.weights | sum + weight) AS total
SET state.used = [_ IN state.used | supplied / total], state.seen = [_ IN state.seen | seen / total],
    state.circle = [i IN range(0, size(state.circle) - 1) | CASE state.circle[i] WHEN $rid THEN -1 - i ELSE state.circle[i] END]
