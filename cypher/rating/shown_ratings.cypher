// The ratings of some members of one scheme as anybody but the operator is shown them, without their parts, by run.
//
// Members without a rating are left out. What is needed to see that an answer was met half-way through publication comes
// with it: `company` and `shown_company` are what the contacts supplied, as the rating used it and under the veil.
//
// @mode   read
// @result many
// @param  ids      LIST<STRING>    Membership.id
// @return run      STRING          the run that published them
// @return as_of    ZONED DATETIME  the instant at which that run rated
// @return version  STRING          of the policy that the run used
// @return hash     STRING          of that policy
// @return members  LIST<MAP>       {id, score, points, band, conduct, evidence, contacts, company, shown_company, shown_points,
//                                   stale, contested, set_aside, sealed}: as in rating.cypher, for each of the members
// @uses   membership_id run_id
UNWIND $ids AS id
MATCH (m:Membership {id: id})<-[:JOINED]-(entity:Entity)
// all properties by one look at the membership: each by itself would be looked for among all of them
WITH properties(m) AS m, entity.changed AS changed
WHERE m.score IS NOT NULL
WITH m.run AS run, collect({
  id: m.id, score: m.score, points: m.points, band: m.band, conduct: m.conduct,
  evidence: reduce(sum = 0.0, name IN m.factors | sum + m[name + '_evidence']),
  contacts: coalesce(size(m.circle), 0),
  company: reduce(sum = 0.0, i IN range(0, coalesce(size(m.used), 0) - 1) | sum + m.weights[i] * m.used[i]),
  shown_company: reduce(sum = 0.0, i IN range(0, coalesce(size(m.seen), 0) - 1) | sum + m.weights[i] * m.seen[i]),
  shown_points: m.shown_points, contested: m.contested IS NOT NULL, set_aside: m.set_aside,
  sealed: m.seal = m.run + ' ' + toString(m.score) + ' ' + m.band
    + reduce(text = '', each IN coalesce(m.set_aside, []) | text + ' ' + toString(each)),
  changed: changed, rerated: m.rerated
}) AS members
OPTIONAL MATCH (r:Run {id: run})
RETURN run, r.as_of AS as_of, r.version AS version, r.hash AS hash,
       [m IN members | m {
         .id, .score, .points, .band, .conduct, .evidence, .contacts, .company, .shown_company, .shown_points,
         .contested, .set_aside, .sealed,
         stale: coalesce(r.stale, false) OR coalesce(m.changed > coalesce(m.rerated, r.started), false)
       }] AS members
