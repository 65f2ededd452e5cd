// The facts behind a rating: what a member bought, visited, and owed to other members.
//
// At most 12 of each kind, the newest first. Others that did not join the scheme are not shown.
//
// @mode   read
// @result many
// @for    one entity
// @param  id       STRING          Membership.id
// @return member   NODE            the membership
// @return joined   RELATIONSHIP
// @return entity   NODE            the member as a person or organisation
// @return fact     RELATIONSHIP    an obligation, a purchase or a visit
// @return other    NODE            to whom it owed, what it bought, what it visited
// @uses   membership_id
MATCH (member:Membership {id: $id})<-[joined:JOINED]-(entity:Entity)
CALL (member, entity) {
  MATCH (entity)-[fact:OWED]->(other:Entity)
  WHERE EXISTS { (other)-[:JOINED]->(:Membership {scheme: member.scheme}) }
  RETURN fact, other ORDER BY fact.due DESC LIMIT 12
UNION ALL
  MATCH (entity)-[fact:BOUGHT]->(other:Product)
  RETURN fact, other ORDER BY fact.at DESC LIMIT 12
UNION ALL
  MATCH (entity)-[fact:VISITED]->(other:Site)
  RETURN fact, other ORDER BY fact.at DESC LIMIT 12
}
RETURN member, joined, entity, fact, other
