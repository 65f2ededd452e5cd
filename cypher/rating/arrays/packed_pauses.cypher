// The ties between members that the members in a range of rids have paused, packed.
//
// @mode   read
// @result one
// @param  scheme   STRING          Scheme.id
// @param  first    INTEGER         the smallest rid
// @param  end      INTEGER         the largest rid + 1
// @return rids     LIST<INTEGER>   of the member, one for each tie; and in their order:
// @return others   LIST<INTEGER>   the rid of the other end
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
MATCH (m)-[:PAUSED]->(other:Entity)
MATCH (other)-[:JOINED]->(contact:Membership) WHERE contact.scheme = $scheme
RETURN collect(m.rid) AS rids, collect(contact.rid) AS others
