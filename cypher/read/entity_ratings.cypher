// One entity's ratings side by side, by scheme; there is no aggregate.
//
// @mode   read
// @result many
// @param  entity   STRING          Entity.id
// @return scheme   STRING          Scheme.id
// @return score    FLOAT           in [0, 1]; null before the first run
// @return points   FLOAT           350 + 600 * score
// @return band     STRING          the band of the points
// @return run      STRING          the run that published it
// @return as_of    ZONED DATETIME  the instant at which that run rated
// @return sealed   BOOLEAN         false where the answer was met half-way through publication: read again
// @uses   entity_id run_id
MATCH (:Entity {id: $entity})-[:JOINED]->(m:Membership)
WITH m, m.score AS score, m.points AS points, m.band AS band, m.run AS run
OPTIONAL MATCH (r:Run {id: run})
RETURN m.scheme AS scheme, score, points, band, run, r.as_of AS as_of,
       m.seal = run + ' ' + toString(score) + ' ' + band AS sealed
ORDER BY scheme
