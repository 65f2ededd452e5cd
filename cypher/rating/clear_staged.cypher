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
  FOREACH (staged IN [key IN keys(m) WHERE key STARTS WITH 'next_'] | SET m[staged] = null)
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
