// A member and its inner circle: the contacts that it is rated by, in the colours of their bands.
//
// @mode   read
// @result many
// @for    one entity
// @param  id       STRING          Membership.id, such as 'reliability|made-up-o0026'
// @return entity   NODE            the member as a person or organisation
// @return joined   RELATIONSHIP
// @return member   NODE            its membership
// @return tie      RELATIONSHIP    null where the circle is empty, as is the next
// @return contact  NODE            the membership of a contact in the circle
// @uses   membership_id
MATCH (entity:Entity)-[joined:JOINED]->(member:Membership {id: $id})
OPTIONAL MATCH (member)-[tie:INNER]->(contact:Membership)
RETURN entity, joined, member, tie, contact
ORDER BY tie.weight DESC, contact.rid
