// Contacts in dispute that circles lack, by member of a scheme: how many the member disputes itself, and how many others do.
//
// Only those count that would count in the circle, if all disputed contacts were put back: the tie would be among the
// strongest, with both sides having begun it, and neither having paused it. As in a tie, contacts of one day that were
// begun by the same side are one; where another of them counts, nothing is lacking.
//
// @mode   read
// @result many
// @param  scheme    STRING
// @param  members   INTEGER        a member with this rid or a larger one is in no circle
// @param  as_of     ZONED DATETIME the midnight that ends the last day that counts
// @param  half_life FLOAT          days in which a day of contact loses half its weight; Infinity: nothing ages
// @param  size      INTEGER        how many of the strongest ties
// @return rid       INTEGER        Membership.rid; members without any are left out
// @return member    INTEGER        contacts that it disputes itself
// @return other     INTEGER        contacts that the other end disputes
// @uses   dispute_state contacted_id membership_id
MATCH (dispute:Dispute {state: 'open'}) WHERE dispute.kind = 'contacts'
CALL (dispute) {
  MATCH (source:Entity)-[:CONTACTED {id: dispute.fact}]->(target:Entity)
  RETURN [source, target] AS ends
}
UNWIND ends AS entity
WITH DISTINCT entity
CALL (entity) {
  MATCH (m:Membership {id: $scheme + '|' + entity.id})
  RETURN m
}
CALL (m, entity) {
  MATCH (entity)-[c:CONTACTED]-(other:Entity) WHERE c.at < $as_of
  WITH other, $as_of.epochSeconds / 86400 - 1 - c.at.epochSeconds / 86400 AS age,
       CASE startNode(c) WHEN entity THEN 1 ELSE 0 END AS begun, count(*) AS contacts, collect(c.disputed) AS disputed
  WITH other, age, max(begun) AS gave, max(1 - begun) AS took, 0.5 ^ (age / $half_life) AS weight,
       collect(CASE size(disputed) WHEN contacts THEN disputed END) AS lacking
  ORDER BY age
  WITH other, sum(weight) AS all, sum(weight * gave) AS given, sum(weight * took) AS taken,
       reduce(found = [], each IN collect(lacking) | found + each) AS lacking
  WHERE given > 0 AND taken > 0
  MATCH (other)-[:JOINED]->(contact:Membership {scheme: $scheme}) WHERE $members - contact.rid > 0
    AND NOT EXISTS { (m)-[:PAUSED]->(other) } AND NOT EXISTS { (contact)-[:PAUSED]->(entity) }
  WITH contact, lacking,
       all * 2 * (CASE WHEN given < taken THEN given ELSE taken END + 1) / (given + taken + 2) AS strength
  ORDER BY strength DESC, contact.rid LIMIT $size
  UNWIND lacking AS ids
  RETURN ids
}
WITH m, CASE WHEN EXISTS { MATCH (entity)-[:OPENED]->(d:Dispute) WHERE d.id IN ids } THEN 1 ELSE 0 END AS own
RETURN m.rid AS rid, sum(own) AS member, sum(1 - own) AS other
ORDER BY rid
