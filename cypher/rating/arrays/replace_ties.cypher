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
MATCH (m:Membership {scheme: $scheme, rid: $rids[i]})
CALL (m, i) {
  MATCH (m)-[tie:INNER]->(contact:Membership)
  WHERE NOT contact.rid IN $circles[i]
  DELETE tie
}
CALL (m, i) {
  UNWIND range(0, size($circles[i]) - 1) AS j
  MATCH (contact:Membership {scheme: $scheme, rid: $circles[i][j]})
  MERGE (m)-[tie:INNER]->(contact)
  SET tie.place = $places[i][j], tie.weight = $weights[i][j], tie.strength = $strengths[i][j], tie.days = $days[i][j],
      tie.last = $epoch + duration({days: $lasts[i][j]})
}
