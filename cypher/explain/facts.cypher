// Every fact of some memberships: what it adds to the rate of its factor, or why it does not count.
//
// The formulas are those of cypher/rating/factors. A factor's prior and the parts of its facts sum to its rate. A cap
// leaves each fact of one partner in one month, and in one year, the same share of its weight: 1 where it does not bite.
//
// @mode   read
// @result many
// @for    one entity
// @param  ids          LIST<STRING>    Membership.id; rated at the same instant under the same policy
// @param  as_of        ZONED DATETIME  the midnight that ends the last day that counts
// @param  obligations  MAP         a factor, late_days, caps and voices; null where the policy leaves it out
// @param  purchases    MAP         a factor, and values
// @param  visits       MAP         a factor, and values
// @return id           STRING      Membership.id
// @return factor       STRING      obligations, purchases or visits
// @return fact         STRING      the fact's id
// @return at           ZONED DATETIME  when; of an obligation, when it is due
// @return other        STRING      the creditor, the product or the site
// @return category     STRING      of the product or site
// @return settled      ZONED DATETIME  null while the obligation is open
// @return parts        INTEGER     payments that settled it; null where none did
// @return zone         STRING      in which the days of the obligation are meant; null: UTC
// @return outcome      FLOAT       of the obligation, in [0, 1], where one is given
// @return late         INTEGER     whole days of that zone from the due day to the day it was settled, or to the last day
// @return age          INTEGER     whole days from the day that it counts from to the last day
// @return weight       FLOAT       0.5 ^ (age / half_life), times what the caps leave, times the voice; null where it does
//                      not count, as are the next two
// @return value        FLOAT       in [0, 1]
// @return part         FLOAT       weight * (value - prior) / (prior_weight + sum of weight)
// @return month        FLOAT       the share of its weight that the cap of its month leaves
// @return in_month     INTEGER     facts of the same partner in that month that count
// @return year         FLOAT       the share that the cap of its year leaves then
// @return in_year      INTEGER     facts of the same partner in that year that count
// @return capped       FLOAT       the weight without the voice; null where the fact does not count whoever reports it
// @return voice        FLOAT       of the creditor of an obligation: 0, 0.25, 0.5, 0.75 or 1
// @return why          STRING      disputed, no voice, not in the policy, not yet due, not yet late, after as_of or unknown category; else null
// @uses   membership_id
UNWIND $ids AS id
MATCH (m:Membership {id: id})<-[:JOINED]-(entity:Entity)
WITH id, m.scheme AS scheme, entity, $as_of.epochSeconds / 86400 - 1 AS today,
     $as_of - duration({microseconds: 1}) AS last
// one membership after the other, so that the facts of one are held at a time
CALL (scheme, entity, today, last) {
  CALL (scheme, entity, today, last) {
    MATCH (entity)-[owed:OWED]->(creditor:Entity)
    WITH scheme, owed, creditor, today, owed.due.epochSeconds / 86400 AS due,
         CASE WHEN owed.settled < $as_of THEN owed.settled END AS paid, last
    WITH scheme, owed, creditor, today, due, paid, paid.epochSeconds / 86400 AS settled,
         CASE WHEN owed.zone IS NOT NULL THEN duration.inDays(
           date(datetime({datetime: owed.due, timezone: owed.zone})),
           date(datetime({datetime: coalesce(paid, last), timezone: owed.zone}))
         ).days END AS there
    WITH scheme, owed, creditor, settled,
         CASE WHEN there > 0 AND paid <= owed.due THEN 0 ELSE coalesce(there, settled - due, today - due) END AS late,
         today - CASE WHEN settled < due THEN settled ELSE due END AS age
    RETURN 'obligations' AS factor, owed.id AS fact, owed.due AS at, creditor.id AS other,
           null AS category, owed.settled AS settled, owed.parts AS parts, owed.zone AS zone, owed.outcome AS outcome,
           late, age,
           CASE
             WHEN owed.outcome IS NOT NULL THEN owed.outcome
             WHEN late <= 0 THEN 1.0
             WHEN late >= $obligations.late_days THEN 0.0
             ELSE 1 - late / $obligations.late_days
           END AS value,
           CASE WHEN $obligations.outside IS NULL THEN 1.0 ELSE coalesce(head(COLLECT {
             MATCH (creditor)-[:JOINED]->(word:Membership) WHERE word.scheme = scheme RETURN word[$obligations.voice]
           }), $obligations.outside) END AS voice,
           CASE
             WHEN owed.disputed IS NOT NULL THEN 'disputed'
             WHEN $obligations IS NULL THEN 'not in the policy'
             WHEN age < 0 THEN 'not yet due'
             WHEN owed.outcome IS NULL AND settled IS NULL AND late < 1 THEN 'not yet late'
           END AS why
  UNION ALL
    MATCH (entity)-[bought:BOUGHT]->(product:Product)
    WITH bought, product, today - bought.at.epochSeconds / 86400 AS age, $purchases.values[product.category] AS value
    RETURN 'purchases' AS factor, bought.id AS fact, bought.at AS at, product.id AS other,
           product.category AS category, null AS settled, null AS parts, null AS zone, null AS outcome, null AS late,
           age, value, 1.0 AS voice,
           CASE
             WHEN bought.disputed IS NOT NULL THEN 'disputed'
             WHEN $purchases IS NULL THEN 'not in the policy'
             WHEN age < 0 THEN 'after as_of'
             WHEN value IS NULL THEN 'unknown category'
           END AS why
  UNION ALL
    MATCH (entity)-[visited:VISITED]->(site:Site)
    WITH visited, site, today - visited.at.epochSeconds / 86400 AS age, $visits.values[site.category] AS value
    RETURN 'visits' AS factor, visited.id AS fact, visited.at AS at, site.id AS other,
           site.category AS category, null AS settled, null AS parts, null AS zone, null AS outcome, null AS late,
           age, value, 1.0 AS voice,
           CASE
             WHEN visited.disputed IS NOT NULL THEN 'disputed'
             WHEN $visits IS NULL THEN 'not in the policy'
             WHEN age < 0 THEN 'after as_of'
             WHEN value IS NULL THEN 'unknown category'
           END AS why
  }
  WITH *, {obligations: $obligations, purchases: $purchases, visits: $visits}[factor] AS policy,
       date($as_of) - duration({days: age + 1}) AS day
  WITH factor, fact, at, other, category, settled, parts, zone, outcome, late, age, voice, why, day,
       coalesce(policy.partner_month, Infinity) AS monthly, coalesce(policy.partner_year, Infinity) AS yearly,
       CASE WHEN why IS NULL THEN 0.5 ^ (age / policy.half_life) END AS weight,
       CASE WHEN why IS NULL THEN value END AS value
  ORDER BY factor, other, age, value, fact
  WITH factor, other, voice, monthly, yearly, day.year AS year, day.month AS month, sum(weight) AS together,
       count(weight) AS many,
       collect({fact: fact, at: at, category: category, settled: settled, parts: parts, zone: zone, outcome: outcome,
                late: late, age: age, weight: weight, value: value, why: why}) AS facts
  ORDER BY month
  WITH *, CASE WHEN together > monthly THEN together / monthly ELSE 1.0 END AS crowd
  WITH factor, other, voice, yearly, year, sum(together / crowd) AS together, sum(many) AS many,
       collect({crowd: crowd, many: many, facts: facts}) AS months
  ORDER BY other, year
  WITH *, CASE WHEN together > yearly THEN together / yearly ELSE 1.0 END AS crowd
  WITH factor, sum(voice * together / crowd) AS evidence,
       collect({other: other, voice: voice, crowd: crowd, many: many, months: months}) AS years
  UNWIND years AS year
  UNWIND year.months AS month
  UNWIND month.facts AS each
  WITH factor, evidence, year.other AS other, year.voice AS voice, year.crowd AS in_year_by, year.many AS in_year,
       month.crowd AS in_month_by, month.many AS in_month, each,
       {obligations: $obligations, purchases: $purchases, visits: $visits}[factor] AS policy
  WITH *, each.weight / in_month_by / in_year_by AS capped,
       CASE WHEN each.why IS NULL AND voice = 0 THEN 'no voice' ELSE each.why END AS why
  WITH *, CASE WHEN why IS NULL THEN voice * capped END AS weight, CASE WHEN why IS NULL THEN each.value END AS value
  // grouped by all that is told of a fact, so that no row holds the lists that it comes from
  WITH factor, each.fact AS fact, each.at AS at, other, each.category AS category, each.settled AS settled,
       each.parts AS parts, each.zone AS zone, each.outcome AS outcome, each.late AS late, each.age AS age, weight, value,
       weight * (value - policy.prior) / (policy.prior_weight + evidence) AS part,
       1 / in_month_by AS month, in_month, 1 / in_year_by AS year, in_year, capped, voice, why, count(*) AS facts
  RETURN factor, fact, at, other, category, settled, parts, zone, outcome, late, age, weight, value, part, month,
         in_month, year, in_year, capped, voice, why
}
RETURN id, factor, fact, at, other, category, settled, parts, zone, outcome, late, age, weight, value, part, month,
       in_month, year, in_year, capped, voice, why
ORDER BY id, factor, age, fact
