// Those who have a member in the circle: the ratings that change when this one does.
//
// @mode   read
// @result many
// @for    one entity
// @param  id       STRING          Membership.id
// @return ties     PATH            from whoever has the member in the circle to the member
// @uses   membership_id
MATCH ties = (:Membership)-[:INNER]->(:Membership {id: $id})
RETURN ties
LIMIT 100
