// Contacts in dispute, by member of a scheme: how many the member disputes itself, and how many others do.
//
// @mode   read
// @result many
// @param  scheme   STRING
// @return rid      INTEGER         Membership.rid; members without any are left out
// @return member   INTEGER         contacts that it disputes itself
// @return other    INTEGER         contacts that the other end disputes
// @uses   dispute_state contacted_id membership_id
MATCH (dispute:Dispute {state: 'open'}) WHERE dispute.kind = 'contacts'
MATCH (opener:Entity)-[:OPENED]->(dispute)
CALL (dispute) {
  MATCH (source:Entity)-[:CONTACTED {id: dispute.fact}]->(target:Entity)
  RETURN [source, target] AS ends
}
UNWIND ends AS entity
CALL (entity) {
  MATCH (m:Membership {id: $scheme + '|' + entity.id})
  RETURN m
}
RETURN m.rid AS rid, sum(CASE opener WHEN entity THEN 1 ELSE 0 END) AS member,
       sum(CASE opener WHEN entity THEN 0 ELSE 1 END) AS other
ORDER BY rid
