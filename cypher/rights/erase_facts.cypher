// The facts of an entity are gone, contacts in both directions, and so are the disputes that others opened about them.
//
// @mode   write
// @result many
// @param  id       STRING          Entity.id
// @param  kinds    MAP             {type: kind}: the kind of fact that each type of relationship is
// @return kind     STRING          of each of which there was one
// @return gone     INTEGER         how many; of obligations, those of which it was the debtor
// @uses   entity_id
MATCH (entity:Entity {id: $id})
MATCH (entity)-[fact]-(other) WHERE type(fact) IN keys($kinds)
WITH DISTINCT fact, other, $kinds[type(fact)] AS kind
OPTIONAL MATCH (other)-[:OPENED]->(dispute:Dispute) WHERE other:Entity AND dispute.fact = fact.id AND dispute.kind = kind
DETACH DELETE dispute
WITH DISTINCT fact, kind
DELETE fact
RETURN kind, count(*) AS gone
