// A member's circle two hops out: its contacts, and those who count in their ratings.
//
// @mode   read
// @result many
// @for    one entity
// @param  id       STRING          Membership.id
// @return ties     PATH            from the member to a contact, and on to a contact of theirs
// @uses   membership_id
MATCH (m:Membership {id: $id})
MATCH ties = (m)-[:INNER]->{1,2}(:Membership)
RETURN ties
LIMIT 300
