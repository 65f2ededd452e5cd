// How one rating reaches another: the shortest chain of circle ties from a member to somebody else.
//
// @mode   read
// @result many
// @for    one entity
// @param  id       STRING          Membership.id of the member that is reached
// @param  other    STRING          Entity.id of another member of the scheme, from which conduct reaches it
// @return chain    PATH
// @uses   membership_id
MATCH (m:Membership {id: $id})
WITH m, m.scheme + '|' + $other AS wanted
MATCH (other:Membership {id: wanted})
MATCH chain = ALL SHORTEST (m)-[:INNER]->{1,8}(other)
RETURN chain
LIMIT 10
