// The members that have one in their circle: their ratings change when its rating does.
//
// @mode   read
// @result many
// @for    one entity
// @param  id       STRING          Membership.id
// @return ties     PATH            from each member that has it in the circle to it
// @uses   membership_id
MATCH ties = (:Membership)-[:INNER]->(:Membership {id: $id})
RETURN ties
LIMIT 100
