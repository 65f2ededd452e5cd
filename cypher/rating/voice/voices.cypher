// Staged: each member's voice, what a report of its counts: 0, 0.25, 0.5, 0.75 or 1.
//
// Founders speak in full. Of everybody else the reach is compared with the level from which on members speak in full: up
// to 0.02 of it there is no voice, above that the next quarter at or above the share.
//
// @mode   batch                    in Browser, begin with :auto
// @result none
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out; one transaction each
// @param  founders     LIST<INTEGER>  the rids of the founders in force
// @param  level        FLOAT       the reach of a full voice; 0: nothing has reached anybody
// @uses   membership_rid
UNWIND $ranges AS span
CALL (span) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  // digits beyond the ninth are noise of the sum, and decide nothing
  WITH m, CASE WHEN $level > 0 THEN round(m.next_reach / $level, 9) ELSE 0.0 END AS share
  SET m.next_voice = CASE
        WHEN m.rid IN $founders THEN 1.0
        WHEN share <= 0.02 THEN 0.0
        WHEN share >= 1 THEN 1.0
        ELSE ceil(4 * share) / 4
      END
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
