// Conduct far from score: members whose circle moves their rating by 15 points or more, and that circle.
//
// In no order of worth: by rid, which is the order of joining.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @return member   NODE            the membership
// @return tie      RELATIONSHIP
// @return contact  NODE            a contact in the circle
// @uses   membership_rid
MATCH (member:Membership {scheme: $scheme})
WHERE member.rid >= 0 AND abs(member.score - member.conduct) * 600 >= 15
WITH member ORDER BY member.rid LIMIT 15
MATCH (member)-[tie:INNER]->(contact:Membership)
RETURN member, tie, contact
