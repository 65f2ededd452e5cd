// A fact as whoever wants to dispute it meets it: whose it is, and what became of disputes before.
//
// @mode   read
// @result optional
// @param  kind     STRING          contacts, obligations, purchases or visits
// @param  fact     STRING          the fact's id
// @return owners   LIST<STRING>    Entity.id: who owes, bought or visited; both ends of a contact
// @return disputed STRING          Dispute.id while one is open
// @return rejected STRING          Dispute.id of the last one that was rejected; the fact was not corrected since
// @uses   contacted_id owed_id bought_id visited_id
CALL () {
  MATCH (source:Entity)-[fact:CONTACTED {id: $fact}]->(target:Entity) WHERE $kind = 'contacts'
  RETURN fact, [source.id, target.id] AS owners
  UNION
  MATCH (debtor:Entity)-[fact:OWED {id: $fact}]->() WHERE $kind = 'obligations'
  RETURN fact, [debtor.id] AS owners
  UNION
  MATCH (entity:Entity)-[fact:BOUGHT {id: $fact}]->() WHERE $kind = 'purchases'
  RETURN fact, [entity.id] AS owners
  UNION
  MATCH (entity:Entity)-[fact:VISITED {id: $fact}]->() WHERE $kind = 'visits'
  RETURN fact, [entity.id] AS owners
}
RETURN owners, fact.disputed AS disputed, fact.rejected AS rejected
