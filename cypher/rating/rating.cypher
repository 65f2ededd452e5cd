// One membership's rating, with the inner circle and the scores that it used.
//
// @mode   read
// @result optional
// @for    one entity
// @param  id          STRING          Membership.id
// @return factors     LIST<STRING>    the factors of the policy
// @return rates       LIST<FLOAT>     of each in [0, 1], in their order
// @return conduct     FLOAT           own conduct in [0, 1]
// @return evidence    LIST<FLOAT>     weight of the events that counted, in the order of the factors
// @return score       FLOAT           in [0, 1]; null before the first run
// @return points      FLOAT           350 + 600 * score
// @return band        STRING          the band of the points
// @return circle      LIST<MAP>       {contact, rid, weight, used, seen, shows} by rid: Entity.id, its weight, the score used,
//                                     the same under the veil, and whether the contact shows its part
// @return shown_points FLOAT          as anybody but the operator is shown them, made from `seen`
// @return run         STRING          the run that published it
// @return as_of       ZONED DATETIME  the instant at which that run rated
// @return rerated     ZONED DATETIME  when a change was passed on to it; null: it is the run's own
// @return bound       FLOAT           how far the score can be from the exact one
// @return stale       BOOLEAN         whether facts are newer than it, or changes were not passed on
// @return contested   BOOLEAN         whether it is contested: nobody may rely on it
// @return set_aside   LIST<INTEGER>   facts in dispute that it lacks: own ones [of the member, of others],
//                     then contacts by the same; null: none
// @return version     STRING          of the policy that the run used
// @return hash        STRING          of that policy
// @return sealed      BOOLEAN         false where the answer was met half-way through publication: read again
// @uses   membership_id membership_rid run_id
MATCH (m:Membership {id: $id})<-[:JOINED]-(entity:Entity)
WITH m, entity, m.score AS score, m.points AS points, m.band AS band, m.run AS run, m.set_aside AS aside
OPTIONAL MATCH (r:Run {id: run})
RETURN m.factors AS factors, [name IN m.factors | m[name]] AS rates, m.conduct AS conduct,
       [name IN m.factors | m[name + '_evidence']] AS evidence, score, points, band,
       COLLECT {
         UNWIND range(0, coalesce(size(m.circle), 0) - 1) AS i
         OPTIONAL MATCH (c:Membership {scheme: m.scheme, rid: m.circle[i]})
         RETURN {contact: substring(c.id, size(m.scheme) + 1), rid: m.circle[i], weight: m.weights[i],
                 used: m.used[i], seen: m.seen[i], shows: coalesce(c.shares, false)}
       } AS circle, m.shown_points AS shown_points,
       run, r.as_of AS as_of, m.rerated AS rerated, coalesce(r.slack, r.bound) AS bound,
       coalesce(r.stale, false) OR coalesce(entity.changed > coalesce(m.rerated, r.started), false) AS stale,
       m.contested IS NOT NULL AS contested, aside AS set_aside,
       r.version AS version, r.hash AS hash,
       m.seal = run + ' ' + toString(score) + ' ' + band
         + reduce(text = '', each IN coalesce(aside, []) | text + ' ' + toString(each)) AS sealed
