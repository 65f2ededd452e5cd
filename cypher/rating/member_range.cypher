// How far the rids of a scheme go, and how many members have one.
//
// @mode   read
// @result one
// @param  scheme   STRING          Scheme.id
// @return range    INTEGER         largest rid + 1; rids may have gaps
// @return members  INTEGER
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE m.rid >= 0
RETURN coalesce(max(m.rid) + 1, 0) AS range, count(*) AS members
