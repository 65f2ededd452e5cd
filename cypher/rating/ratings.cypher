// The ratings of some members of one scheme, by membership id; members without a rating are left out.
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
// @return rerated  ZONED DATETIME  when a change was passed on to it; null: it is the run's own
// @return bound    FLOAT           how far the score can be from the exact one
// @return stale    BOOLEAN         whether facts are newer than it, or changes were not passed on
// @return contested BOOLEAN        whether it is contested: nobody may rely on it
// @return set_aside LIST<INTEGER>  facts in dispute that it lacks: own ones [of the member, of others],
//                   then contacts by the same; null: none
// @return sealed   BOOLEAN         false where the answer was met half-way through publication: read again
// @uses   membership_id run_id
UNWIND $ids AS id
MATCH (m:Membership {id: id})<-[:JOINED]-(entity:Entity) WHERE m.score IS NOT NULL
WITH m, entity, m.score AS score, m.points AS points, m.band AS band, m.run AS run, m.set_aside AS aside
OPTIONAL MATCH (r:Run {id: run})
RETURN m.id AS id, score, points, band, run, r.as_of AS as_of, m.rerated AS rerated, coalesce(r.slack, r.bound) AS bound,
       coalesce(r.stale, false) OR coalesce(entity.changed > coalesce(m.rerated, r.started), false) AS stale,
       m.contested IS NOT NULL AS contested, aside AS set_aside,
       m.seal = run + ' ' + toString(score) + ' ' + band
         + reduce(text = '', each IN coalesce(aside, []) | text + ' ' + toString(each)) AS sealed
ORDER BY id
