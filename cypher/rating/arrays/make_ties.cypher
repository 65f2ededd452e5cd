// Members that have no circle tie get theirs. Whoever has one by now stays as it is, so this can be repeated.
//
// All members are so when a scheme is rated for the first time. To look at each pair first, as replace_ties.cypher does, would be
// most of the work. Making a tie locks both its ends, so one transaction comes after the other. A contact that has left has none.
//
// @mode   write
// @result none
// @param  scheme    STRING         Scheme.id
// @param  rids      LIST<INTEGER>  of the members; and of each, in their order:
// @param  circles   LIST<LIST<INTEGER>>  the contacts' rids; and in their order:
// @param  places    LIST<LIST<INTEGER>>  where each stands in the member's circle, from 0
// @param  weights   LIST<LIST<FLOAT>>  in hundredths
// @param  strengths LIST<LIST<FLOAT>>  in tenths
// @param  days      LIST<LIST<INTEGER>>
// @param  lasts     LIST<LIST<INTEGER>>  days after `epoch`
// @param  epoch     DATE           1970-01-01
// @uses   membership_rid
UNWIND range(0, size($rids) - 1) AS i
WITH $rids[i] AS rid, $circles[i] AS circle, $places[i] AS places, $weights[i] AS weights, $strengths[i] AS strengths,
     $days[i] AS days, $lasts[i] AS lasts
MATCH (m:Membership {scheme: $scheme, rid: rid}) WHERE NOT EXISTS { (m)-[:INNER]->() }
UNWIND range(0, size(circle) - 1) AS j
MATCH (contact:Membership {scheme: $scheme, rid: circle[j]})
CREATE (m)-[:INNER {place: places[j], weight: weights[j], strength: strengths[j], days: days[j],
                    last: $epoch + duration({days: lasts[j]})}]->(contact)
