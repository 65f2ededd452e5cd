// Staged: the voices that an earlier run used. A member that has joined since has none.
//
// @mode   batch                    in Browser, begin with :auto
// @result none
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out; one transaction each
// @param  voices_of    STRING      Run.id
// @uses   membership_rid run_id
MATCH (r:Run {id: $voices_of})
UNWIND $ranges AS span
CALL (r, span) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  SET m.next_voice = CASE WHEN r.range - m.rid > 0 THEN 0.0 END
  WITH r, span, count(*) AS members
  UNWIND range(0, size(r.speakers) - 1) AS i
  WITH r.speakers[i] AS rid, r.quarters[i] AS quarters WHERE span[0] <= rid < span[1]
  MATCH (m:Membership {scheme: $scheme, rid: rid})
  SET m.next_voice = quarters / 4.0
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
