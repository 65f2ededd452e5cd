// Some members of a scheme, whether they show their part, and who is in the circle that their rating used.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  rids     LIST<INTEGER>   Membership.rid; who has left is left out
// @return rid      INTEGER
// @return id       STRING          Membership.id
// @return shares   BOOLEAN         whether those who have it in their circle may see its part
// @return run      STRING          the run that published its rating; null before the first
// @return circle   LIST<MAP>       {id, shares, weight} by contact rid: Membership.id, null for who has left
// @uses   membership_rid
UNWIND $rids AS rid
MATCH (m:Membership {scheme: $scheme, rid: rid})
WITH m, m.circle AS circle, m.weights AS weights
RETURN m.rid AS rid, m.id AS id, coalesce(m.shares, false) AS shares, m.run AS run,
       COLLECT {
         UNWIND range(0, coalesce(size(circle), 0) - 1) AS i
         OPTIONAL MATCH (c:Membership {scheme: m.scheme, rid: circle[i]})
         RETURN {id: c.id, shares: coalesce(c.shares, false), weight: weights[i]}
       } AS circle
