// The texts of a scheme's policy that are kept: the present one, and each that a finished run used.
//
// @mode   read
// @result many
// @for    policies
// @param  scheme   STRING          Scheme.id
// @return version  STRING
// @return hash     STRING          sha256 of what the policy says
// @return policy   STRING          the whole text of the policy file
// @return first    ZONED DATETIME  the instant of the first run that used it; null: none did
// @uses   scheme_id
MATCH (s:Scheme {id: $scheme})
WITH s, COLLECT {
  // runs are few, and each says its scheme
  MATCH (r:Run) WHERE r.scheme = $scheme AND r.finished IS NOT NULL
  WITH r ORDER BY r.started
  WITH r.version AS version, r.hash AS hash, collect(r) AS runs
  RETURN {version: version, hash: hash, policy: runs[-1].policy, first: runs[0].as_of}
} AS used
WITH used + CASE WHEN any(each IN used WHERE each.hash = s.hash AND each.version = s.version) THEN []
            ELSE [{version: s.version, hash: s.hash, policy: s.policy, first: null}] END AS texts
UNWIND texts AS each
RETURN each.version AS version, each.hash AS hash, each.policy AS policy, each.first AS first
