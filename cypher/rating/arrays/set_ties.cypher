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
// @param  weights   LIST<LIST<FLOAT>>  in hundredths
// @param  strengths LIST<LIST<FLOAT>>  in tenths
// @param  days      LIST<LIST<INTEGER>>
// @param  lasts     LIST<LIST<INTEGER>>  days after `epoch`
// @param  epoch     DATE           1970-01-01
// @uses   membership_rid
UNWIND range(0, size($rids) - 1) AS i
// a list within a list of parameters is slow to come by
WITH $rids[i] AS rid, $circles[i] AS circle, $places[i] AS places, $weights[i] AS weights, $strengths[i] AS strengths,
     $days[i] AS days, $lasts[i] AS lasts
MATCH (m:Membership {scheme: $scheme, rid: rid})
MATCH (m)-[tie:INNER]->(contact:Membership)
WITH *, contact.rid AS other
UNWIND [j IN range(0, size(circle) - 1) WHERE circle[j] = other] AS j
SET tie.place = places[j], tie.weight = weights[j], tie.strength = strengths[j], tie.days = days[j],
    tie.last = $epoch + duration({days: lasts[j]})
