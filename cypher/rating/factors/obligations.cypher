// Staged: the rate of each member's obligations, what is known of them, and which disputes set some aside.
//
// An obligation counts for its debtor from its due day on, or from the day it was settled if that is earlier. Its
// value is its outcome where one is given; else 1 when settled in time, falling to 0 at late_days. One that is still
// open counts from its first whole day late. It weighs 0.5 ^ (age in UTC days / half_life), and nothing ages with a
// half_life of Infinity. The rate is (prior_weight * prior + sum of weight * value) / (prior_weight + sum of weight).
// A disputed one counts for nothing until that is decided; it is set aside where it would count otherwise.
//
// @mode   batch                    in Browser, begin with :auto
// @result none
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out; one transaction each
// @param  as_of        ZONED DATETIME  the midnight that ends the last day that counts
// @param  factor       MAP         {prior, prior_weight, half_life, late_days: whole days late at which the value is 0}
// @uses   membership_rid
UNWIND $ranges AS span
CALL (span) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  MATCH (m)<-[:JOINED]-(entity:Entity)
  WITH m, entity, $as_of.epochSeconds / 86400 - 1 AS today
  CALL (entity, today) {
    MATCH (entity)-[owed:OWED]->(:Entity)
    WITH owed.disputed AS disputed, owed.outcome AS outcome, owed.due.epochSeconds / 86400 AS due,
         CASE WHEN owed.settled < $as_of THEN owed.settled.epochSeconds / 86400 END AS settled
    WITH disputed, outcome, settled, coalesce(settled, today) - due AS late,
         today - CASE WHEN settled < due THEN settled ELSE due END AS age
    WHERE age >= 0 AND (outcome IS NOT NULL OR settled IS NOT NULL OR late >= 1)
    WITH disputed, CASE WHEN disputed IS NULL THEN 0.5 ^ (age / $factor.half_life) END AS weight, CASE
           WHEN outcome IS NOT NULL THEN outcome
           WHEN late <= 0 THEN 1.0
           WHEN late >= $factor.late_days THEN 0.0
           ELSE 1 - late / $factor.late_days
         END AS value
    RETURN sum(weight) AS evidence, sum(weight * value) AS total, collect(disputed) AS aside
  }
  SET m.next_obligations = ($factor.prior_weight * $factor.prior + total) / ($factor.prior_weight + evidence),
      m.next_obligations_evidence = 1.0 * evidence, m.next_obligations_aside = aside
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
