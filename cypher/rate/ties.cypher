// The circle ties follow the staged circles; only those that changed are written.
//
// One transaction at a time: writing a tie locks both its ends.
//
// @mode   batch                    in Browser, begin with :auto
// @result one
// @param  scheme       STRING
// @param  members      INTEGER     largest rid + 1
// @param  batch        INTEGER     members a transaction
// @return ties         INTEGER     in all circles
// @return changed      INTEGER     members whose ties were written
// @uses   membership_rid
UNWIND range(0, $members - 1, $batch) AS first
CALL (first) {
  MATCH (m:Membership {scheme: $scheme}) WHERE first <= m.rid < first + $batch
  CALL (m) {
    OPTIONAL MATCH (m)-[tie:INNER]->(contact:Membership)
    WITH tie, contact ORDER BY contact.rid
    RETURN collect(contact.rid) AS circle, collect(tie.weight) AS weights, collect(tie.strength) AS strengths,
           collect(tie.days) AS days, collect(tie.last) AS lasts
  }
  WITH m, circle = m.next_circle AND weights = m.next_weights AND strengths = m.next_strengths
          AND days = m.next_days AND lasts = m.next_lasts AS same
  CALL (m, same) {
    WITH m WHERE NOT same
    CALL (m) {
      MATCH (m)-[tie:INNER]->(contact:Membership) WHERE NOT contact.rid IN m.next_circle
      DELETE tie
    }
    UNWIND range(0, size(m.next_circle) - 1) AS i
    MATCH (contact:Membership {scheme: $scheme, rid: m.next_circle[i]})
    MERGE (m)-[tie:INNER]->(contact)
    SET tie.weight = m.next_weights[i], tie.strength = m.next_strengths[i],
        tie.days = m.next_days[i], tie.last = m.next_lasts[i]
  }
  RETURN sum(size(m.next_circle)) AS ties, sum(CASE WHEN same THEN 0 ELSE 1 END) AS changed
} IN TRANSACTIONS OF 1 ROW
RETURN sum(ties) AS ties, sum(changed) AS changed
