// The members in a range of rids, packed: the kind and the offset of each.
//
// @mode   read
// @result one
// @param  scheme   STRING          Scheme.id
// @param  first    INTEGER         the smallest rid
// @param  end      INTEGER         the largest rid + 1
// @return rids     LIST<INTEGER>   and of each, in their order:
// @return kinds    LIST<INTEGER>   0: a person; 1: an organisation; 2: a sole trader
// @return offsets  LIST<FLOAT>     in score
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end AND m.offset IS NOT NULL
MATCH (m)<-[:JOINED]-(entity:Entity)
RETURN collect(m.rid) AS rids,
       collect(CASE WHEN entity:SoleTrader THEN 2 WHEN entity:Person THEN 0 ELSE 1 END) AS kinds,
       collect(m.offset) AS offsets
