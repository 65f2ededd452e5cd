// Nothing staged is left on the members of a scheme.
//
// @mode   batch                    in Browser, begin with :auto
// @result none
// @param  scheme       STRING
// @param  members      INTEGER     largest rid + 1
// @param  batch        INTEGER     members a transaction
// @uses   membership_rid
UNWIND range(0, $members - 1, $batch) AS first
CALL (first) {
  MATCH (m:Membership {scheme: $scheme}) WHERE first <= m.rid < first + $batch
  REMOVE m.next_obligations, m.next_purchases, m.next_visits, m.next_evidence, m.next_conduct,
         m.next_score, m.next_swept
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
