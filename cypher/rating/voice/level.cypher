// The reach from which on members speak in full: the smallest of the largest ones that together hold `full` of all.
//
// @mode   read
// @result one
// @param  scheme       STRING
// @param  members      INTEGER     largest rid + 1
// @param  full         FLOAT       the share of all reach
// @return level        FLOAT       0: nothing has reached anybody
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE 0 <= m.rid < $members AND m.next_reach > 0
WITH m.next_reach AS reach ORDER BY reach DESC
WITH collect(reach) AS reached, sum(reach) AS total
// [what is held so far, the level]; digits of a share beyond the ninth are noise of the sum
RETURN reduce(found = [0.0, 0.0], reach IN reached |
         CASE WHEN found[1] > 0 AND round(found[0] / total, 9) >= $full THEN found
         ELSE [found[0] + reach, reach] END)[1] AS level
