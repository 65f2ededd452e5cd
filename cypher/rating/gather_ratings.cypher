// The published ratings of the members in a range of rids; members that are not rated yet are left out.
// Instants are microseconds since 1970.
//
// @mode   read
// @result many
// @param  scheme      STRING       Scheme.id
// @param  first       INTEGER      the smallest rid
// @param  end         INTEGER      the largest rid + 1
// @return rid         INTEGER
// @return entity      STRING       Entity.id
// @return factors     LIST<STRING> the factors of the policy
// @return rates       LIST<FLOAT>  of each in [0, 1], in their order
// @return conduct     FLOAT        own conduct in [0, 1]
// @return evidence    FLOAT        weight of all events that counted
// @return circle      LIST<INTEGER> the contacts' rids, ascending
// @return weights     LIST<FLOAT>  what each of them weighs; they sum to 1
// @return used        LIST<FLOAT>  the score of each that the rating used
// @return tied        LIST<INTEGER> the rids of the contacts that it has a tie with now; and of each tie, in their order:
// @return strengths   LIST<FLOAT>  in tenths
// @return days        LIST<INTEGER> on which they were in contact
// @return lasts       LIST<STRING> the last of these days
// @return score       FLOAT        in [0, 1]
// @return points      FLOAT        350 + 600 * score
// @return band        STRING       the band of the points
// @return run         STRING       the run that published it
// @return as_of       INTEGER      the instant at which that run rated
// @return rerated     INTEGER      when a change was passed on to it; null: it is the run's own
// @return bound       FLOAT        how far the score can be from the exact one
// @return stale       BOOLEAN      whether facts are newer than it, or changes were not passed on
// @return contested   BOOLEAN      whether it is contested: nobody may rely on it
// @return set_aside_member INTEGER facts that it lacks, since the member disputes them
// @return set_aside_other INTEGER  facts that it lacks, since others dispute them
// @return sealed      BOOLEAN      false where the answer was met half-way through publication: read again
// @uses   membership_rid run_id
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end AND m.score IS NOT NULL
MATCH (m)<-[:JOINED]-(entity:Entity)
WITH m, entity, m.score AS score, m.points AS points, m.band AS band, m.run AS run
OPTIONAL MATCH (r:Run {id: run})
CALL (m) {
  OPTIONAL MATCH (m)-[tie:INNER]->(contact:Membership)
  // lists of plain values: a map for each tie would take the reader several times as long
  RETURN collect(contact.rid) AS tied, collect(tie.strength) AS strengths, collect(tie.days) AS days,
         collect(toString(tie.last)) AS lasts
}
RETURN m.rid AS rid, entity.id AS entity, m.factors AS factors, [name IN m.factors | m[name]] AS rates,
       m.conduct AS conduct, reduce(sum = 0.0, name IN m.factors | sum + m[name + '_evidence']) AS evidence,
       m.circle AS circle, m.weights AS weights, m.used AS used,
       tied, strengths, days, lasts,
       score, points, band, run, r.as_of.epochSeconds * 1000000 AS as_of,
       m.rerated.epochSeconds * 1000000 + m.rerated.microsecond AS rerated, coalesce(r.slack, r.bound) AS bound,
       coalesce(r.stale, false) OR coalesce(entity.changed > coalesce(m.rerated, r.started), false) AS stale,
       m.contested IS NOT NULL AS contested,
       coalesce(m.set_aside[0] + m.set_aside[2], 0) AS set_aside_member,
       coalesce(m.set_aside[1] + m.set_aside[3], 0) AS set_aside_other,
       m.seal = run + ' ' + toString(score) + ' ' + band
         + reduce(text = '', each IN coalesce(m.set_aside, []) | text + ' ' + toString(each)) AS sealed
ORDER BY rid
