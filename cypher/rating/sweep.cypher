// One sweep of propagation: every staged score from the previous sweep's scores.
//
// Beside each score goes the one under the veil, which is made in the same way from conduct plus offset. Scores can be
// settled while those under the veil are not: where all conduct is equal they are from the start. So both are looked at.
// The two are one property, [score, score under the veil], so that a contact is read once and a member written once;
// so are next_own, [conduct, conduct plus offset], and beside them only next_weights is read of a member: what each contact
// weighs exactly, in the order of the places of the ties. Where one of them left meanwhile, the others weigh the whole.
//
// @mode   batch                    in Browser, begin with :auto
// @result one
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out; one transaction each
// @param  share        FLOAT       what the circle can supply at most, in [0, 0.5]
// @param  from         STRING      the property that holds the previous scores
// @param  into         STRING      the property that the new ones go to
// @return change       FLOAT       the largest difference between the two, of scores and of those under the veil
// @uses   membership_rid
UNWIND $ranges AS span
CALL (span) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  WITH m, m.next_weights AS weights
  OPTIONAL MATCH (m)-[tie:INNER]->(contact)
  // summed in whole numbers of 2^-53, so that the order of the ties, which nobody chooses, changes no bit
  WITH m, weights[tie.place] * 9007199254740992 AS weight, contact[$from] AS scores
  WITH m, toFloat(sum(toInteger(round(weight * scores[0])))) AS company,
       toFloat(sum(toInteger(round(weight * scores[1])))) AS veiled, sum(toInteger(round(weight))) AS whole
  WITH m, company, veiled, CASE whole WHEN 0 THEN 0.0 ELSE $share / whole END AS share,
       CASE whole WHEN 0 THEN 1.0 ELSE 1 - $share END AS rest, m.next_own AS own, m[$from] AS before
  WITH m, before, rest * own[0] + share * company AS score, rest * own[1] + share * veiled AS veiled
  SET m[$into] = [score, veiled]
  WITH abs(score - before[0]) AS moved, abs(veiled - before[1]) AS movedVeiled
  RETURN max(CASE WHEN movedVeiled > moved THEN movedVeiled ELSE moved END) AS change
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
RETURN max(change) AS change
