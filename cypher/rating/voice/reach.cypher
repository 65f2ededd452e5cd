// One pass of the founders' word: what reached a member goes on to those who kept their promises to it.
//
// A member passes on `pass` of what reached it in the pass before, spread by how much each of the others kept. What
// arrives is written beside what is read, and added to what has reached the member in all passes together.
//
// @mode   batch                    in Browser, begin with :auto
// @result none
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out; one transaction each
// @param  pass         FLOAT       the share of its word that a member passes on
// @param  from         STRING      the property that holds what arrived in the pass before
// @param  into         STRING      the property that what arrives now goes to
// @uses   membership_rid
UNWIND $ranges AS span
CALL (span) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  CALL (m) {
    UNWIND range(0, size(m.next_reporters) - 1) AS i
    MATCH (reporter:Membership {scheme: $scheme, rid: m.next_reporters[i]})
    WITH i, m.next_promises[i] / reporter.next_praised * reporter[$from] AS arriving ORDER BY i
    RETURN $pass * sum(arriving) AS arrived
  }
  SET m[$into] = arrived, m.next_reach = m.next_reach + arrived
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
