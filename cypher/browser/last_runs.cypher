// The last run of each scheme: when, of how many, and how exact.
//
// @mode   read
// @result many
// @for    runs
// @return scheme   STRING          Scheme.id
// @return version  STRING          of the policy that was used
// @return as_of    ZONED DATETIME  what happened before counted
// @return members  INTEGER
// @return ties     INTEGER         in all inner circles
// @return sweeps   INTEGER         until the scores held still
// @return exact_to FLOAT           in points: no rating is further from the exact one
// @uses   run_id
MATCH (s:Scheme) WHERE s.run IS NOT NULL
MATCH (r:Run {id: s.run})
RETURN s.id AS scheme, r.version AS version, r.as_of AS as_of, r.members AS members, r.ties AS ties,
       r.sweeps AS sweeps, 600 * coalesce(r.slack, r.bound) AS exact_to
ORDER BY scheme
