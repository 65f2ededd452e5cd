// The facts behind a rating: what a member bought, visited, owed to other members, and what was paid of that.
//
// At most 12 of each kind, the newest first. Others that did not join the scheme are not shown, and no contact is.
//
// @mode   read
// @result many
// @for    one entity
// @param  id       STRING          Membership.id
// @return member   NODE            the membership
// @return joined   RELATIONSHIP
// @return entity   NODE            the member as a person or organisation
// @return fact     RELATIONSHIP    an obligation, a payment of one, a purchase or another that a factor can rate
// @return other    NODE            the creditor, the product or the site
// @uses   membership_id
MATCH (member:Membership {id: $id})<-[joined:JOINED]-(entity:Entity)
CALL (member, entity) {
  MATCH (entity)-[fact:!CONTACTED]->(other) WHERE fact.id IS NOT NULL
    AND (NOT other:Entity OR EXISTS { (other)-[:JOINED]->(:Membership {scheme: member.scheme}) })
  WITH fact, other ORDER BY coalesce(fact.due, fact.at) DESC
  WITH type(fact) AS type, collect({fact: fact, other: other})[..12] AS newest
  UNWIND newest AS each
  RETURN each.fact AS fact, each.other AS other
}
RETURN member, joined, entity, fact, other
