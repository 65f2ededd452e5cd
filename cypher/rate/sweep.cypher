// One sweep of propagation: every staged score from the previous sweep's scores.
//
// Beside each score goes the one under the veil, which is made in the same way from conduct plus offset. Scores can be
// settled while those under the veil are not: where all conduct is equal they are from the start. So both are looked at.
//
// @mode   batch                    in Browser, begin with :auto
// @result one
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out; one transaction each
// @param  share        FLOAT       what the circle can supply at most, in [0, 0.5]
// @param  from         STRING      the property that holds the previous scores; those under the veil: from + '_veiled'
// @param  into         STRING      the property that the new ones go to; those under the veil: into + '_veiled'
// @return change       FLOAT       the largest difference between the two, of scores and of those under the veil
// @uses   membership_rid
UNWIND $ranges AS span
CALL (span) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  OPTIONAL MATCH (m)-[tie:INNER]->(contact:Membership)
  // summed in whole numbers of 2^-53, so that the order of the ties, which nobody chooses, changes no bit
  WITH m, sum(toInteger(round(tie.weight * contact[$from] * 9007199254740992))) / 9007199254740992.0 AS company,
       sum(toInteger(round(tie.weight * contact[$from + '_veiled'] * 9007199254740992))) / 9007199254740992.0 AS veiled,
       count(contact) AS contacts
  WITH m, CASE contacts WHEN 0 THEN 0.0 ELSE $share END AS share, company, veiled
  WITH m, (1 - share) * m.next_conduct + share * company AS score,
       (1 - share) * (m.next_conduct + m.offset) + share * veiled AS veiled
  WITH m, score, veiled, abs(score - m[$from]) AS moved, abs(veiled - m[$from + '_veiled']) AS movedVeiled
  SET m[$into] = score, m[$into + '_veiled'] = veiled
  RETURN max(CASE WHEN movedVeiled > moved THEN movedVeiled ELSE moved END) AS change
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
RETURN max(change) AS change
