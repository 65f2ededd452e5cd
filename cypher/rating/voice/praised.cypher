// Staged: what each member says for all others together, so that its word is spread over them.
//
// @mode   batch                    in Browser, begin with :auto
// @result none
// @param  scheme       STRING
// @param  members      INTEGER     largest rid + 1
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE 0 <= m.rid < $members
UNWIND range(0, size(m.next_reporters) - 1) AS i
WITH m.next_reporters[i] AS reporter, m.rid AS rid, m.next_promises[i] AS kept
ORDER BY reporter, rid
WITH reporter, sum(kept) AS praised
CALL (reporter, praised) {
  MATCH (r:Membership {scheme: $scheme, rid: reporter})
  SET r.next_praised = praised
} IN TRANSACTIONS OF 10000 ROWS
