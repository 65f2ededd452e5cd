// Staged: each member's own conduct, the weighted mean of the rates of its factors; the sweeps start from it.
//
// A factor is {weight, prior, prior_weight, half_life}, or null where the policy leaves it out. Its rate is
// (prior_weight * prior + sum of weight * value) / (prior_weight + sum of weight) over the events that count, each
// weighing 0.5 ^ (age in UTC days / half_life). Nothing ages with a half_life of Infinity.
// A disputed fact counts for nothing until it is decided: how many are set aside is staged beside the conduct that
// lacks them, by who raised the dispute.
//
// @mode   batch                    in Browser, begin with :auto
// @result none
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out; one transaction each
// @param  as_of        ZONED DATETIME  the midnight that ends the last day that counts
// @param  obligations  MAP         a factor, and late_days: whole days late at which the value is 0
// @param  purchases    MAP         a factor, and values: the value in [0, 1] of each category of product
// @param  visits       MAP         a factor, and values: the value in [0, 1] of each category of site
// @uses   membership_rid dispute_id
UNWIND $ranges AS span
CALL (span) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  MATCH (m)<-[:JOINED]-(entity:Entity)
  WITH m, entity, $as_of.epochSeconds / 86400 - 1 AS today

  // An obligation counts for its debtor from its due day on, or from the day it was settled if that is earlier.
  // Its value is its outcome where one is given; else 1 when settled in time, falling to 0 at late_days. One that
  // is still open counts from its first whole day late.
  CALL (entity, today) {
    MATCH (entity)-[owed:OWED]->(:Entity)
    WITH owed.disputed AS disputed, owed.outcome AS outcome, owed.due.epochSeconds / 86400 AS due,
         CASE WHEN owed.settled < $as_of THEN owed.settled.epochSeconds / 86400 END AS settled
    WITH disputed, outcome, settled, coalesce(settled, today) - due AS late,
         today - CASE WHEN settled < due THEN settled ELSE due END AS age
    WHERE disputed IS NOT NULL OR age >= 0 AND (outcome IS NOT NULL OR settled IS NOT NULL OR late >= 1)
    WITH disputed, CASE WHEN disputed IS NULL THEN 0.5 ^ (age / $obligations.half_life) END AS weight, CASE
           WHEN outcome IS NOT NULL THEN outcome
           WHEN late <= 0 THEN 1.0
           WHEN late >= $obligations.late_days THEN 0.0
           ELSE 1 - late / $obligations.late_days
         END AS value
    RETURN sum(weight) AS owedEvidence, sum(weight * value) AS owedTotal, collect(disputed) AS owedAside
  }
  CALL (entity, today) {
    MATCH (entity)-[bought:BOUGHT]->(product:Product) WHERE bought.at < $as_of OR bought.disputed IS NOT NULL
    WITH bought.disputed AS disputed, today - bought.at.epochSeconds / 86400 AS age,
         $purchases.values[product.category] AS value
    WHERE disputed IS NOT NULL OR value IS NOT NULL
    WITH disputed, CASE WHEN disputed IS NULL THEN 0.5 ^ (age / $purchases.half_life) END AS weight, value
    RETURN sum(weight) AS boughtEvidence, sum(weight * value) AS boughtTotal, collect(disputed) AS boughtAside
  }
  CALL (entity, today) {
    MATCH (entity)-[visited:VISITED]->(site:Site) WHERE visited.at < $as_of OR visited.disputed IS NOT NULL
    WITH visited.disputed AS disputed, today - visited.at.epochSeconds / 86400 AS age,
         $visits.values[site.category] AS value
    WHERE disputed IS NOT NULL OR value IS NOT NULL
    WITH disputed, CASE WHEN disputed IS NULL THEN 0.5 ^ (age / $visits.half_life) END AS weight, value
    RETURN sum(weight) AS visitedEvidence, sum(weight * value) AS visitedTotal, collect(disputed) AS visitedAside
  }
  // only what the policy uses can be set aside
  WITH *, CASE WHEN $obligations IS NULL THEN [] ELSE owedAside END
          + CASE WHEN $purchases IS NULL THEN [] ELSE boughtAside END
          + CASE WHEN $visits IS NULL THEN [] ELSE visitedAside END AS aside
  CALL (entity, aside) {
    UNWIND aside AS id
    MATCH (dispute:Dispute {id: id})
    RETURN sum(CASE WHEN EXISTS { (entity)-[:OPENED]->(dispute) } THEN 1 ELSE 0 END) AS raised
  }
  WITH m, CASE WHEN size(aside) > 0 THEN [raised, size(aside) - raised] END AS set_aside,
       [1.0 * owedEvidence, 1.0 * boughtEvidence, 1.0 * visitedEvidence] AS evidence,
       ($obligations.prior_weight * $obligations.prior + owedTotal) / ($obligations.prior_weight + owedEvidence) AS obligations,
       ($purchases.prior_weight * $purchases.prior + boughtTotal) / ($purchases.prior_weight + boughtEvidence) AS purchases,
       ($visits.prior_weight * $visits.prior + visitedTotal) / ($visits.prior_weight + visitedEvidence) AS visits
  WITH m, set_aside, evidence, obligations, purchases, visits,
       coalesce($obligations.weight * obligations, 0.0) + coalesce($purchases.weight * purchases, 0.0)
         + coalesce($visits.weight * visits, 0.0) AS conduct
  SET m.next_obligations = obligations, m.next_purchases = purchases, m.next_visits = visits,
      m.next_evidence = evidence, m.next_set_aside = set_aside, m.next_conduct = conduct,
      m.next_own = [conduct, conduct + m.offset], m.next_scores = [conduct, conduct + m.offset]
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
