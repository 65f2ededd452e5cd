// The contacts that the members in a range of rids began, packed. Days are whole days since 1970, in UTC.
//
// Disputed ones are left out; those of paused ties are not. Of the other end there is the number under which the store keeps it,
// and packed_numbers.cypher has those of members: to find its membership from here would be most of the work.
//
// @mode   read
// @result one
// @param  scheme   STRING          Scheme.id
// @param  first    INTEGER         the smallest rid
// @param  end      INTEGER         the largest rid + 1
// @param  as_of    ZONED DATETIME  the midnight that ends the last day that counts
// @return sources  LIST<INTEGER>   the rid of the member that began it, one for each contact; and in their order:
// @return others   LIST<INTEGER>   the number of the other end
// @return days     LIST<INTEGER>
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
MATCH (m)<-[:JOINED]-(entity)
MATCH (entity)-[c:CONTACTED]->(other) WHERE c.at < $as_of AND c.disputed IS NULL
RETURN collect(m.rid) AS sources, collect(id(other)) AS others, collect(c.at.epochSeconds / 86400) AS days
