// The circle ties of some members are these: what is gone is deleted, what is new is made, and all have their values.
//
// Making a tie locks both its ends, so one transaction comes after the other. A contact that has left has none.
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
// a list within a list of parameters is slow to come by
WITH $rids[i] AS rid, $circles[i] AS circle, $places[i] AS places, $weights[i] AS weights, $strengths[i] AS strengths,
     $days[i] AS days, $lasts[i] AS lasts
MATCH (m:Membership {scheme: $scheme, rid: rid})
CALL (m, circle) {
  MATCH (m)-[tie:INNER]->(contact:Membership)
  WHERE NOT contact.rid IN circle
  DELETE tie
}
CALL (m, circle, places, weights, strengths, days, lasts) {
  UNWIND range(0, size(circle) - 1) AS j
  MATCH (contact:Membership {scheme: $scheme, rid: circle[j]})
  MERGE (m)-[tie:INNER]->(contact)
  SET tie.place = places[j], tie.weight = weights[j], tie.strength = strengths[j], tie.days = days[j],
      tie.last = $epoch + duration({days: lasts[j]})
}
