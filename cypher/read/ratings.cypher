// The ratings of some members of one scheme, by membership id; who has none is left out.
//
// @mode   read
// @result many
// @param  ids      LIST<STRING>    Membership.id
// @return id       STRING          Membership.id
// @return score    FLOAT           in [0, 1]
// @return points   FLOAT           350 + 600 * score
// @return band     STRING          the band of the points
// @return run      STRING          the run that published it
// @return as_of    ZONED DATETIME  the instant at which that run rated
// @uses   membership_id run_id
UNWIND $ids AS id
MATCH (m:Membership {id: id}) WHERE m.score IS NOT NULL
MATCH (r:Run {id: m.run})
RETURN m.id AS id, m.score AS score, m.points AS points, m.band AS band, m.run AS run, r.as_of AS as_of
ORDER BY id
