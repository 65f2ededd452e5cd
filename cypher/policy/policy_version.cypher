// The text of one version of a scheme's policy: the present one, or as the newest run that used it has it.
//
// @mode   read
// @result optional
// @for    policies
// @param  scheme   STRING          Scheme.id
// @param  version  STRING          of the policy
// @return policy   STRING          the whole text of the policy file
// @uses   scheme_id
MATCH (s:Scheme {id: $scheme})
WITH s, COLLECT {
  // runs are few, and each says its scheme
  MATCH (r:Run) WHERE r.scheme = $scheme AND r.version = $version
  RETURN r.policy ORDER BY r.started DESC LIMIT 1
} AS used
WITH CASE s.version WHEN $version THEN s.policy ELSE used[0] END AS policy
WHERE policy IS NOT NULL
RETURN policy
