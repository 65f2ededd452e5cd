// The members in a range of rids, packed: who there is, its offset, and what its rating is captioned.
//
// @mode   read
// @result one
// @param  scheme   STRING          Scheme.id
// @param  first    INTEGER         the smallest rid
// @param  end      INTEGER         the largest rid + 1
// @return rids     LIST<INTEGER>   and of each, in their order:
// @return offsets  LIST<FLOAT>     in score
// @return exact    LIST<STRING>    whole points and band; '' before the first rating
// @return shown    LIST<STRING>    the same as it is shown; '' before the first rating
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end AND m.offset IS NOT NULL
// whole points as publish.cypher makes them
RETURN collect(m.rid) AS rids, collect(m.offset) AS offsets,
       collect(coalesce(toString(toInteger(round(round(m.points, 6)))) + ' ' + m.band, '')) AS exact,
       collect(coalesce(m.shown, '')) AS shown
