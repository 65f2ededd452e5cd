// Staged: what each member kept of its promises to other members, and where the founders' word begins.
//
// What is kept is the weight of the member's obligations towards one reporter, as the caps of cypher/rating/factors/
// obligations.cypher leave it, each as far as its value is above the prior. It is what the reporter says for the member. Days late are counted as there.
// Only members are reporters here: nothing passes through anybody else.
// Every sum is made in a fixed order, so that the order in which facts are stored changes no bit.
//
// @mode   batch                    in Browser, begin with :auto
// @result none
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out; one transaction each
// @param  members      INTEGER     a member with this rid or a larger one says nothing
// @param  as_of        ZONED DATETIME  the midnight that ends the last day that counts
// @param  factor       MAP         {prior, half_life, late_days: whole days late at which the value is 0,
//                      partner_month, partner_year: weight}
// @param  founders     LIST<INTEGER>  the rids of the founders in force
// @uses   membership_rid
// the last day that counts, as a number and as a date, and the last instant: made once, and not for each obligation
WITH $as_of.epochSeconds / 86400 - 1 AS today, $as_of - duration({microseconds: 1}) AS last,
     date($as_of) - duration({days: 1}) AS date, duration({days: 1}) AS one
UNWIND $ranges AS span
CALL (span, today, last, date, one) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  MATCH (m)<-[:JOINED]-(entity:Entity)
  CALL (entity, today, last, date, one) {
    MATCH (entity)-[owed:OWED]->(creditor:Entity) WHERE owed.disputed IS NULL
    WITH creditor, owed.outcome AS outcome, owed.due.epochSeconds / 86400 AS due,
         CASE WHEN owed.settled < $as_of THEN owed.settled.epochSeconds / 86400 END AS settled,
         CASE
           WHEN owed.zone IS NULL OR owed.outcome IS NOT NULL THEN null
           WHEN owed.settled < $as_of AND owed.settled <= owed.due THEN 0
           ELSE duration.inDays(
             date(datetime({datetime: owed.due, timezone: owed.zone})),
             date(datetime({datetime: CASE WHEN owed.settled < $as_of THEN owed.settled ELSE last END,
                            timezone: owed.zone}))
           ).days
         END AS late_there, today
    WITH creditor, outcome, settled, coalesce(late_there, settled - due, today - due) AS late,
         today - CASE WHEN settled < due THEN settled ELSE due END AS age
    WHERE age >= 0 AND (outcome IS NOT NULL OR settled IS NOT NULL OR late >= 1)
    WITH creditor, age, date - one * age AS day, 0.5 ^ (age / $factor.half_life) AS weight, CASE
           WHEN outcome IS NOT NULL THEN outcome
           WHEN late <= 0 THEN 1.0
           WHEN late >= $factor.late_days THEN 0.0
           ELSE 1 - late / $factor.late_days
         END AS value
    ORDER BY age, value
    WITH creditor, day.year AS year, day.month AS month, sum(weight) AS weight,
         sum(CASE WHEN value > $factor.prior THEN weight * (value - $factor.prior) ELSE 0.0 END) AS kept
    ORDER BY month
    WITH creditor, year, weight, kept,
         CASE WHEN weight > $factor.partner_month THEN weight / $factor.partner_month ELSE 1.0 END AS crowd
    WITH creditor, year, sum(weight / crowd) AS weight, sum(kept / crowd) AS kept
    ORDER BY year
    WITH creditor, kept,
         CASE WHEN weight > $factor.partner_year THEN weight / $factor.partner_year ELSE 1.0 END AS crowd
    WITH creditor, sum(kept / crowd) AS kept WHERE kept > 0
    MATCH (creditor)-[:JOINED]->(reporter:Membership {scheme: $scheme}) WHERE $members - reporter.rid > 0
    WITH reporter.rid AS rid, kept ORDER BY rid
    RETURN collect(rid) AS reporters, collect(kept) AS promises
  }
  SET m.next_reporters = reporters, m.next_promises = promises, m.next_reach = 0.0, m.next_praised = null,
      m.next_word = CASE WHEN m.rid IN $founders THEN 1.0 / size($founders) ELSE 0.0 END
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
