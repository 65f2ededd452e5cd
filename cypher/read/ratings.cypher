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
// @return sealed   BOOLEAN         false where the answer was met half-way through publication: read again
// @uses   membership_id run_id
UNWIND $ids AS id
MATCH (m:Membership {id: id}) WHERE m.score IS NOT NULL
WITH m, m.score AS score, m.points AS points, m.band AS band, m.run AS run
OPTIONAL MATCH (r:Run {id: run})
RETURN m.id AS id, score, points, band, run, r.as_of AS as_of,
       m.seal = run + ' ' + toString(score) + ' ' + band AS sealed
ORDER BY id
