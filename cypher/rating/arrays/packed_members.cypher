// The members in a range of rids, packed: who there is, its offset, what its rating is captioned, and whether anything is staged.
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
// @return staged   INTEGER         members on which a run or a re-rating that broke off has left something
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end AND m.offset IS NOT NULL
// whole points as publish.cypher makes them
RETURN collect(m.rid) AS rids, collect(m.offset) AS offsets,
       collect(coalesce(toString(toInteger(round(round(m.points, 6)))) + ' ' + m.band, '')) AS exact,
       collect(coalesce(m.shown, '')) AS shown,
       sum(CASE WHEN any(key IN keys(m) WHERE key STARTS WITH 'next_') THEN 1 ELSE 0 END) AS staged
