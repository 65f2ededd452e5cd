// The published schemes, by id.
//
// @mode   read
// @result many
// @for    policies
// @return id       STRING
// @return title    STRING
// @return version  STRING          of the policy
// @return hash     STRING          sha256 of what the policy says
// @return run      STRING          the last finished run; null before the first
// @return as_of    ZONED DATETIME  the instant at which that run rated
MATCH (s:Scheme)
OPTIONAL MATCH (r:Run {id: s.run})
RETURN s.id AS id, s.title AS title, s.version AS version, s.hash AS hash, r.id AS run, r.as_of AS as_of
ORDER BY id
