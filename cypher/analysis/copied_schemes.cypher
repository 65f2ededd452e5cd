// The published schemes, as far as an inspection copy has them, and how many members each has.
//
// @mode   read
// @result many
// @param  fewest   INTEGER         members of a scheme that is copied
// @return id       STRING          Scheme.id
// @return version  STRING          of the policy that the next run uses
// @return hash     STRING          of that policy
// @return title    STRING
// @return run      STRING          the last finished run; null before the first
// @return members  INTEGER
// @uses   membership_rid
MATCH (s:Scheme)
WITH s, COUNT { MATCH (m:Membership {scheme: s.id}) WHERE m.rid >= 0 } AS members
WHERE members >= $fewest
RETURN s.id AS id, s.version AS version, s.hash AS hash, s.title AS title, s.run AS run, members
ORDER BY id
