// One sweep of propagation: every staged score from the previous sweep's scores.
//
// @mode   batch                    in Browser, begin with :auto
// @result one
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out; one transaction each
// @param  share        FLOAT       what the circle can supply at most, in [0, 0.5]
// @param  from         STRING      the property that holds the previous scores
// @param  into         STRING      the property that the new ones go to
// @return change       FLOAT       the largest difference between the two
// @uses   membership_rid
UNWIND $ranges AS span
CALL (span) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  OPTIONAL MATCH (m)-[tie:INNER]->(contact:Membership)
  WITH m, sum(tie.weight * contact[$from]) AS company, sum(tie.weight) AS total, count(contact) AS contacts
  // the total is 1, unless a contact has left meanwhile
  WITH m, CASE contacts WHEN 0 THEN m.next_conduct
          ELSE (1 - $share) * m.next_conduct + $share * company / total END AS score
  SET m[$into] = score
  RETURN max(abs(score - m[$from])) AS change
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
RETURN max(change) AS change
