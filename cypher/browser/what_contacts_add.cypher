// What each contact adds to a rating: its weight, its points, and whether it lifts or lowers.
//
// @mode   read
// @result many
// @param  id       STRING          Membership.id
// @param  share    FLOAT           what the circle can supply at most: circle.share of the scheme's policy
// @return contact  STRING          the contact's Entity.id; null where it has left
// @return weight   FLOAT           of the circle; the weights sum to 1
// @return points   FLOAT           that it supplies
// @return lifts    FLOAT           points that it adds beside what own conduct alone would give; below 0, it lowers
// @uses   membership_id
// @uses   membership_rid
MATCH (m:Membership {id: $id})
WITH m.scheme AS scheme, m.conduct AS conduct, m.circle AS circle, m.weights AS weights, m.used AS used
UNWIND range(0, size(circle) - 1) AS i
OPTIONAL MATCH (c:Membership {scheme: scheme, rid: circle[i]})
RETURN split(c.id, '|')[-1] AS contact, round(weights[i], 3) AS weight,
       round(600 * $share * weights[i] * used[i], 1) AS points,
       round(600 * $share * weights[i] * (used[i] - conduct), 1) AS lifts
ORDER BY weight DESC, contact
