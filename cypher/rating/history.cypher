// What a membership's rating was and is: each state as it was last published, the oldest first, the present one last.
//
// A state begins when a publication changes the whole points or the band, exact or as they are shown. Nothing is kept of a
// rating that never changed.
//
// @mode   read
// @result many
// @for    one entity
// @param  id          STRING          Membership.id
// @return since       ZONED DATETIME  when it was first published
// @return rerated     ZONED DATETIME  when a change was passed on to it last; null: it is the run's own
// @return run         STRING          its policy and instant hold; the last run, where several gave the same caption
// @return as_of       ZONED DATETIME  the instant at which that run rated
// @return version     STRING          of the policy that the run used
// @return score       FLOAT           in [0, 1]
// @return points      FLOAT           350 + 600 * score
// @return band        STRING          the band of the points
// @return conduct     FLOAT           own conduct in [0, 1]
// @return factors     LIST<STRING>    the factors of the policy
// @return rates       LIST<FLOAT>     of each in [0, 1], in their order
// @return evidence    LIST<FLOAT>     weight of the events that counted, in their order
// @return circle      LIST<INTEGER>   rids of the contacts
// @return weights     LIST<FLOAT>     in their order
// @return used        LIST<FLOAT>     in their order
// @return seen        LIST<FLOAT>     the same under the veil, in their order; null where it was shown under an earlier one
// @return shown_points FLOAT          as anybody but the operator was shown them, made from `seen`; null as above
// @return present     BOOLEAN         whether it is the present rating
// @return sealed      BOOLEAN         false where the present one was met half-way through publication: read again
// @uses   membership_id run_id
MATCH (m:Membership {id: $id}) WHERE m.score IS NOT NULL
CALL (m) {
  MATCH (m)-[:WAS]->(state:Past)
  RETURN state, false AS present
  UNION
  RETURN m AS state, true AS present
}
WITH state, present, state.run AS run, state.score AS score, state.band AS band
OPTIONAL MATCH (r:Run {id: run})
RETURN state.since AS since, state.rerated AS rerated, run, r.as_of AS as_of, r.version AS version,
       score, state.points AS points, band, state.conduct AS conduct,
       state.factors AS factors, [name IN state.factors | state[name]] AS rates,
       [name IN state.factors | state[name + '_evidence']] AS evidence,
       state.circle AS circle, state.weights AS weights, state.used AS used,
       state.seen AS seen, state.shown_points AS shown_points, present,
       NOT present OR state.seal = run + ' ' + toString(score) + ' ' + band
         + reduce(text = '', each IN coalesce(state.set_aside, []) | text + ' ' + toString(each)) AS sealed
ORDER BY since, present
