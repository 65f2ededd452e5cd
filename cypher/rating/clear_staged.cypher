// Nothing staged is left on the members of a scheme.
//
// @mode   batch                    in Browser, begin with :auto
// @result none
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out; one transaction each
// @uses   membership_rid
UNWIND $ranges AS span
CALL (span) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  REMOVE m.next_obligations, m.next_purchases, m.next_visits, m.next_evidence, m.next_set_aside,
         m.next_conduct, m.next_own, m.next_scores, m.next_swept
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
