// The members in a range of rids, packed: the number under which the store keeps the entity of each.
//
// It holds as long as the entity does; later the store gives it to another node. Nothing that is kept is made from it.
//
// @mode   read
// @result one
// @param  scheme   STRING          Scheme.id
// @param  first    INTEGER         the smallest rid
// @param  end      INTEGER         the largest rid + 1
// @return rids     LIST<INTEGER>   and of each, in their order:
// @return numbers  LIST<INTEGER>
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
MATCH (m)<-[:JOINED]-(entity)
RETURN collect(m.rid) AS rids, collect(id(entity)) AS numbers
