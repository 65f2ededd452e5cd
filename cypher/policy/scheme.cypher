// One published scheme: its policy, and its last run.
//
// @mode   read
// @result optional
// @for    policies
// @param  id       STRING          Scheme.id
// @return id       STRING
// @return version  STRING          of the policy
// @return hash     STRING          sha256 of what the policy says
// @return policy   STRING          the whole text of the policy file
// @return versions LIST<STRING>    every version that was published, with its hash
// @return notices  LIST<STRING>    every notice that was published: version and hash
// @return run      STRING          the last finished run; null before the first
// @return as_of    ZONED DATETIME  the instant at which that run rated
// @return founders INTEGER         how many were in force when that run began; null before the first
// @uses   scheme_id
MATCH (s:Scheme {id: $id})
OPTIONAL MATCH (r:Run {id: s.run})
RETURN s.id AS id, s.version AS version, s.hash AS hash, s.policy AS policy, s.versions AS versions,
       s.notices AS notices, r.id AS run, r.as_of AS as_of,
       CASE WHEN r IS NOT NULL THEN coalesce(size(r.founders), COUNT {
         // without voices a run keeps no founders
         MATCH (s)<-[f:FOUNDS]-(:Entity) WHERE f.accepted <= r.started AND (f.ended IS NULL OR f.ended > r.started)
       }) END AS founders
