// The contacts between members of a scheme that are in dispute, and which end disputes each. Days are whole days since 1970, in UTC.
//
// @mode   read
// @result many
// @param  scheme    STRING         Scheme.id
// @param  as_of     ZONED DATETIME the midnight that ends the last day that counts
// @return source    INTEGER        the rid of the member that began it
// @return target    INTEGER        the rid of the other
// @return day       INTEGER
// @return by_source BOOLEAN        whether the first of them disputes it
// @return by_target BOOLEAN        whether the second does
// @uses   dispute_state contacted_id membership_id
MATCH (dispute:Dispute {state: 'open'}) WHERE dispute.kind = 'contacts'
CALL (dispute) {
  MATCH (one:Entity)-[c:CONTACTED {id: dispute.fact}]->(other:Entity) WHERE c.at < $as_of
  RETURN one, other, c.at.epochSeconds / 86400 AS day
}
CALL (one) {
  MATCH (m:Membership {id: $scheme + '|' + one.id})
  RETURN m
}
CALL (other) {
  MATCH (contact:Membership {id: $scheme + '|' + other.id})
  RETURN contact
}
RETURN m.rid AS source, contact.rid AS target, day, EXISTS { (one)-[:OPENED]->(dispute) } AS by_source,
       EXISTS { (other)-[:OPENED]->(dispute) } AS by_target
ORDER BY source, target, day
