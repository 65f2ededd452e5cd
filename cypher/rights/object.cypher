// An entity objects to being listed as a contact: its contacts are gone, and a hash is all that remembers it.
//
// The entity itself goes where nothing else is known of it but earlier requests. What members have paused is hidden before:
// see hide_pauses.
// A member of a scheme cannot object: nothing is changed then.
//
// @mode   write
// @result one
// @param  entity    STRING         Entity.id, which the graph need not know
// @param  hash      STRING         sha256 of salt and Entity.id
// @param  now       ZONED DATETIME
// @return member    BOOLEAN        whether it takes part in a scheme
// @return contacts  INTEGER        that are gone
// @uses   entity_id absent_id objection_hash
OPTIONAL MATCH (entity:Entity {id: $entity})
WITH entity, EXISTS { (entity)-[:JOINED]->() } AS member
OPTIONAL MATCH (absent:Absent {id: $entity})
DETACH DELETE absent
WITH entity, member
FOREACH (_ IN CASE WHEN member THEN [] ELSE [1] END |
  MERGE (objection:Objection {hash: $hash})
  ON CREATE SET objection.at = $now)
WITH entity, member, CASE WHEN member THEN null ELSE entity END AS objector
CALL (objector) {
  MATCH (objector)-[gone:CONTACTED]-()
  DELETE gone
  RETURN count(gone) AS contacts
}
WITH member, contacts, CASE WHEN NOT EXISTS { (objector)-[:!(FROM|LEFT)]-() } THEN objector END AS bare
CALL (bare) {
  OPTIONAL MATCH (bare)<-[:FROM]-(request:Request)
  DETACH DELETE request
}
DETACH DELETE bare
RETURN member, contacts
