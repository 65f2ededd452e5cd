// Nothing staged is left of a run that was given up, and no record of it.
//
// @mode   batch                    in Browser, begin with :auto
// @result none
// @param  id       STRING          Run.id
// @param  scheme   STRING          Scheme.id
// @param  members  INTEGER         largest rid + 1
// @param  batch    INTEGER         members a transaction
// @uses   membership_rid run_id
UNWIND range(0, $members - 1, $batch) AS first
CALL (first) {
  MATCH (m:Membership {scheme: $scheme}) WHERE first <= m.rid < first + $batch
  REMOVE m.next_obligations, m.next_purchases, m.next_visits, m.next_evidence, m.next_conduct,
         m.next_score, m.next_swept
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
WITH count(*) AS batches
MATCH (r:Run {id: $id})
DELETE r
