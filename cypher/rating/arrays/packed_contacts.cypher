// The contacts that the members in a range of rids began with other members, packed by the other end.
//
// Disputed ones are left out; those of paused ties are not. Days are whole days since 1970, in UTC.
// Each other end is looked at once for all who began a contact with it: to find its membership is most of the work.
//
// @mode   read
// @result one
// @param  scheme   STRING          Scheme.id
// @param  first    INTEGER         the smallest rid
// @param  end      INTEGER         the largest rid + 1
// @param  as_of    ZONED DATETIME  the midnight that ends the last day that counts
// @return targets  LIST<INTEGER>   the rid of each other end; and of each, in their order:
// @return sources  LIST<LIST<INTEGER>>  the rids of the members that began one, one for each contact; and in their order:
// @return days     LIST<LIST<INTEGER>>
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
MATCH (m)<-[:JOINED]-(entity:Entity)
MATCH (entity)-[c:CONTACTED]->(other:Entity) WHERE c.at < $as_of AND c.disputed IS NULL
WITH other, collect(m.rid) AS sources, collect(c.at.epochSeconds / 86400) AS days
// not written into the pattern: the planner could begin with all members of the scheme
MATCH (other)-[:JOINED]->(contact:Membership) WHERE contact.scheme = $scheme
RETURN collect(contact.rid) AS targets, collect(sources) AS sources, collect(days) AS days
