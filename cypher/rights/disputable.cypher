// A fact as whoever wants to dispute it meets it: whose it is, what it says, and what became of disputes before.
//
// @mode   read
// @result optional
// @param  kind     STRING          contacts, obligations, purchases or visits
// @param  fact     STRING          the fact's id
// @return owners   LIST<STRING>    Entity.id: who owes, bought or visited; both ends of a contact
// @return disputed STRING          Dispute.id while one is open
// @return rejected STRING          Dispute.id of the last one that was rejected; the fact was not corrected since
// @return says     MAP             {source, target, at, due, settled, outcome, amount, currency, kind, channel, category}
// @uses   contacted_id owed_id bought_id visited_id
CALL () {
  MATCH (source:Entity)-[fact:CONTACTED {id: $fact}]->(target:Entity) WHERE $kind = 'contacts'
  RETURN fact, source, target, [source.id, target.id] AS owners
  UNION
  MATCH (source:Entity)-[fact:OWED {id: $fact}]->(target:Entity) WHERE $kind = 'obligations'
  RETURN fact, source, target, [source.id] AS owners
  UNION
  MATCH (source:Entity)-[fact:BOUGHT {id: $fact}]->(target:Product) WHERE $kind = 'purchases'
  RETURN fact, source, target, [source.id] AS owners
  UNION
  MATCH (source:Entity)-[fact:VISITED {id: $fact}]->(target:Site) WHERE $kind = 'visits'
  RETURN fact, source, target, [source.id] AS owners
}
RETURN owners, fact.disputed AS disputed, fact.rejected AS rejected,
       fact {source: source.id, target: target.id, category: target.category, .at, .due, .settled, .outcome, .amount,
         .currency, .kind, .channel} AS says
