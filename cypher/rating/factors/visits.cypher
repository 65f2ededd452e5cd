// Staged: the rate of each member's visits, what is known of them, and which disputes set some aside.
//
// A visit is worth what the policy gives the category of the site; one without a value counts for nothing. It weighs
// 0.5 ^ (age in UTC days / half_life), and nothing ages with a half_life of Infinity.
// The rate is (prior_weight * prior + sum of weight * value) / (prior_weight + sum of weight).
// A disputed one counts for nothing until that is decided; it is set aside where it would count otherwise.
//
// @mode   batch                    in Browser, begin with :auto
// @result none
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out; one transaction each
// @param  as_of        ZONED DATETIME  the midnight that ends the last day that counts
// @param  factor       MAP         {prior, prior_weight, half_life, values: in [0, 1], by category}
// @uses   membership_rid
UNWIND $ranges AS span
CALL (span) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  MATCH (m)<-[:JOINED]-(entity:Entity)
  WITH m, entity, $as_of.epochSeconds / 86400 - 1 AS today
  CALL (entity, today) {
    MATCH (entity)-[visited:VISITED]->(site:Site) WHERE visited.at < $as_of
    WITH visited.disputed AS disputed, today - visited.at.epochSeconds / 86400 AS age,
         $factor.values[site.category] AS value
    WHERE value IS NOT NULL
    WITH disputed, CASE WHEN disputed IS NULL THEN 0.5 ^ (age / $factor.half_life) END AS weight, value
    RETURN sum(weight) AS evidence, sum(weight * value) AS total, collect(disputed) AS aside
  }
  SET m.next_visits = ($factor.prior_weight * $factor.prior + total) / ($factor.prior_weight + evidence),
      m.next_visits_evidence = 1.0 * evidence, m.next_visits_aside = CASE WHEN size(aside) > 0 THEN aside END
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
