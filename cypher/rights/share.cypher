// A member decides whether the members that have it in their circle may see its part.
//
// @mode   write
// @result optional
// @param  id        STRING         Membership.id
// @param  shares    BOOLEAN
// @return scheme    STRING         Scheme.id
// @uses   membership_id
MATCH (m:Membership {id: $id})
SET m.shares = CASE WHEN $shares THEN true END
RETURN m.scheme AS scheme
