// The policies that are published, by id.
//
// @mode   read
// @result many
// @for    policies
// @return id       STRING          Scheme.id
// @return policy   STRING          the whole text of the policy file
MATCH (s:Scheme)
RETURN s.id AS id, s.policy AS policy
ORDER BY id
