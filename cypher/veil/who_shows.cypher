// Those of some members that show their part to whoever has them in the circle, and how wide the veil is.
//
// @mode   read
// @result one
// @param  scheme   STRING          Scheme.id
// @param  rids     LIST<INTEGER>   Membership.rid
// @return width    FLOAT           points
// @return rids     LIST<INTEGER>   of those who show it
// @uses   membership_rid secret_name
OPTIONAL MATCH (s:Secret {name: 'veil'})
RETURN s.width AS width, COLLECT {
  UNWIND $rids AS rid
  MATCH (m:Membership {scheme: $scheme, rid: rid}) WHERE m.shares
  RETURN m.rid
} AS rids
