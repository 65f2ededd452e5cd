// Some circle ties get new values; which contacts a member has stays as it is.
//
// To set what a tie already has locks neither of its ends, so transactions of different members go side by side.
//
// @mode   write
// @result none
// @param  scheme    STRING         Scheme.id
// @param  rids      LIST<INTEGER>  of the members; and of each, in their order:
// @param  circles   LIST<LIST<INTEGER>>  the rids of the contacts whose ties are set; and in their order:
// @param  places    LIST<LIST<INTEGER>>  where each stands in the member's circle, from 0
// @param  weights   LIST<LIST<FLOAT>>  in hundredths, as are the next
// @param  strengths LIST<LIST<FLOAT>>
// @param  days      LIST<LIST<INTEGER>>
// @param  lasts     LIST<LIST<INTEGER>>  days after `epoch`
// @param  epoch     DATE           1970-01-01
// @uses   membership_rid
UNWIND range(0, size($rids) - 1) AS i
MATCH (m:Membership {scheme: $scheme, rid: $rids[i]})
MATCH (m)-[tie:INNER]->(contact:Membership)
WITH i, tie, contact.rid AS rid
UNWIND [j IN range(0, size($circles[i]) - 1) WHERE $circles[i][j] = rid] AS j
SET tie.place = $places[i][j], tie.weight = $weights[i][j], tie.strength = $strengths[i][j], tie.days = $days[i][j],
    tie.last = $epoch + duration({days: $lasts[i][j]})
