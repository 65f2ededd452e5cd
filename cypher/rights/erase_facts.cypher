// The facts of an entity are gone, contacts in both directions, and so are the disputes that others opened about them.
//
// @mode   write
// @result one
// @param  id          STRING       Entity.id
// @return contacts    INTEGER      that are gone
// @return obligations INTEGER      of which it was the debtor
// @return purchases   INTEGER
// @return visits      INTEGER
// @uses   entity_id
MATCH (entity:Entity {id: $id})
CALL (entity) {
  OPTIONAL MATCH (entity)-[fact:CONTACTED|OWED|BOUGHT|VISITED]-(other)
  WITH DISTINCT fact, other
  OPTIONAL MATCH (other)-[:OPENED]->(dispute:Dispute) WHERE dispute.fact = fact.id AND other:Entity
    AND dispute.kind = CASE type(fact) WHEN 'CONTACTED' THEN 'contacts' ELSE 'obligations' END
  DETACH DELETE dispute
  WITH DISTINCT fact, type(fact) AS type
  DELETE fact
  RETURN collect(type) AS types
}
RETURN size([type IN types WHERE type = 'CONTACTED']) AS contacts, size([type IN types WHERE type = 'OWED']) AS obligations,
       size([type IN types WHERE type = 'BOUGHT']) AS purchases, size([type IN types WHERE type = 'VISITED']) AS visits
