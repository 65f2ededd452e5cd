// Staged: the rate of each member's obligations, what is known of them, and which disputes set some aside.
//
// An obligation counts for its debtor from its due day on, or from the day it was settled if that is earlier. Its
// value is its outcome where one is given; else 1 when settled in time, falling to 0 at late_days. One that is still
// open counts from its first whole day late. Days late are those of the zone that the obligation names, else of UTC;
// one that is open is as late as if it were settled at the last instant that counts, and up to the instant that it is
// due nothing is late. It weighs 0.5 ^ (age in UTC days / half_life), and nothing ages with a half_life of Infinity.
// The rate is (prior_weight * prior + sum of weight * value) / (prior_weight + sum of weight).
// All of one creditor in one UTC month weigh at most partner_month together, and after that all of one creditor in one
// calendar year at most partner_year: what is more shrinks in proportion. Infinity: there is no such cap.
// After that it counts as much as the voice of its creditor, a member of the scheme, or as `outside` of everybody else.
// Beside the rate stands what most of it may come from: the weight that reports without a voice would have, and the most
// that one partner and one month have.
// A disputed one counts for nothing until that is decided; it is set aside where it would count otherwise.
// Every sum is made in a fixed order, so that the order in which facts are stored changes no bit.
//
// @mode   batch                    in Browser, begin with :auto
// @result none
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out; one transaction each
// @param  as_of        ZONED DATETIME  the midnight that ends the last day that counts
// @param  factor       MAP         {prior, prior_weight, half_life, late_days: whole days late at which the value is 0,
//                      partner_month, partner_year: weight, voice: the property of a membership that holds its
//                      voice, outside: of everybody else; null: everybody speaks in full}
// @uses   membership_rid
// the last day that counts, as a number and as a date, and the last instant: made once, and not for each obligation
WITH $as_of.epochSeconds / 86400 - 1 AS today, $as_of - duration({microseconds: 1}) AS last,
     date($as_of) - duration({days: 1}) AS date, duration({days: 1}) AS one
UNWIND $ranges AS span
CALL (span, today, last, date, one) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  MATCH (m)<-[:JOINED]-(entity:Entity)
  CALL (entity, today, last, date, one) {
    MATCH (entity)-[owed:OWED]->(creditor:Entity)
    WITH creditor, owed.disputed AS disputed, owed.outcome AS outcome, owed.due.epochSeconds / 86400 AS due,
         CASE WHEN owed.settled < $as_of THEN owed.settled.epochSeconds / 86400 END AS settled,
         CASE
           WHEN owed.zone IS NULL OR owed.outcome IS NOT NULL THEN null
           WHEN owed.settled < $as_of AND owed.settled <= owed.due THEN 0
           ELSE duration.inDays(
             date(datetime({datetime: owed.due, timezone: owed.zone})),
             date(datetime({datetime: CASE WHEN owed.settled < $as_of THEN owed.settled ELSE last END,
                            timezone: owed.zone}))
           ).days
         END AS late_there
    WITH creditor, disputed, outcome, settled, coalesce(late_there, settled - due, today - due) AS late,
         today - CASE WHEN settled < due THEN settled ELSE due END AS age
    WHERE age >= 0 AND (outcome IS NOT NULL OR settled IS NOT NULL OR late >= 1)
    WITH creditor, disputed, age, date - one * age AS day,
         CASE WHEN disputed IS NULL THEN 0.5 ^ (age / $factor.half_life) END AS weight, CASE
           WHEN outcome IS NOT NULL THEN outcome
           WHEN late <= 0 THEN 1.0
           WHEN late >= $factor.late_days THEN 0.0
           ELSE 1 - late / $factor.late_days
         END AS value
    ORDER BY age, value
    WITH creditor, day.year AS year, day.month AS month, sum(weight) AS weight, sum(weight * value) AS total,
         collect(disputed) AS aside
    ORDER BY month
    WITH creditor, year, month, aside, weight, total,
         CASE WHEN weight > $factor.partner_month THEN weight / $factor.partner_month ELSE 1.0 END AS crowd
    WITH creditor, year, sum(weight / crowd) AS weight, sum(total / crowd) AS total, collect(aside) AS asides,
         collect([12 * year + month, weight / crowd]) AS months
    ORDER BY year
    WITH creditor, asides, weight, total, months,
         CASE WHEN weight > $factor.partner_year THEN weight / $factor.partner_year ELSE 1.0 END AS crowd
    WITH creditor, sum(weight / crowd) AS weight, sum(total / crowd) AS total, collect(asides) AS asides,
         collect([crowd, months]) AS years, creditor.id AS id
    ORDER BY id
    WITH asides, weight, total, years, CASE WHEN $factor.outside IS NULL THEN 1.0 ELSE coalesce(head(COLLECT {
           MATCH (creditor)-[:JOINED]->(word:Membership) WHERE word.scheme = $scheme RETURN word[$factor.voice]
         }), $factor.outside) END AS voice
    WITH sum(voice * weight) AS evidence, sum(voice * total) AS total, collect(CASE WHEN voice > 0 THEN asides END) AS asides,
         collect([voice, years]) AS partners, max(voice * weight) AS partner,
         sum(CASE WHEN voice = 0 THEN weight ELSE 0.0 END) AS unheard
    CALL (partners) {
      UNWIND partners AS each
      UNWIND each[1] AS year
      UNWIND year[1] AS month
      WITH month[0] AS number, sum(each[0] * month[1] / year[0]) AS weight
      RETURN max(weight) AS month
    }
    RETURN evidence, total, [unheard, coalesce(partner, 0.0), coalesce(month, 0.0)] AS leaning,
           reduce(every = [], years IN asides | every + reduce(several = [], months IN years |
             several + reduce(few = [], ids IN months | few + ids))) AS aside
  }
  SET m.next_obligations = ($factor.prior_weight * $factor.prior + total) / ($factor.prior_weight + evidence),
      m.next_obligations_evidence = 1.0 * evidence, m.next_obligations_aside = CASE WHEN size(aside) > 0 THEN aside END,
      m.next_leaning = [each IN leaning | 1.0 * each]
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
