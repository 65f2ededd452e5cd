// Facts by id: the owners of each, what it says, what became of disputes of it, and where the store has it.
//
// Here an id is looked up in the index of its kind. A query that changes facts takes their `ref`, in the same
// transaction, and knows no kinds.
//
// @mode   read
// @result many
// @param  kind     STRING          one of FACTS in graph/facts/kinds.py, or payments
// @param  ids      LIST<STRING>    of facts of this kind
// @return id       STRING          of each that there is
// @return ref      STRING          Neo4j's own id of the relationship; another may have it once this one is gone
// @return owners   LIST<STRING>    Entity.id: the first end; both of a contact
// @return disputed STRING          Dispute.id while one is open
// @return rejected STRING          Dispute.id of the last one that was rejected, or taken back; the fact was not corrected
//                                  since
// @return says     MAP             {source, target, at, due, settled, outcome, zone, amount, currency, kind, channel, category,
//                                  parts, obligation}
// @uses   contacted_id owed_id paid_id bought_id visited_id
UNWIND $ids AS id
CALL (id) {
  MATCH (source:Entity)-[fact:CONTACTED {id: id}]->(target:Entity) WHERE $kind = 'contacts'
  RETURN fact, source, target, [source.id, target.id] AS owners
  UNION
  MATCH (source:Entity)-[fact:OWED {id: id}]->(target:Entity) WHERE $kind = 'obligations'
  RETURN fact, source, target, [source.id] AS owners
  UNION
  MATCH (source:Entity)-[fact:PAID {id: id}]->(target:Entity) WHERE $kind = 'payments'
  RETURN fact, source, target, [source.id] AS owners
  UNION
  MATCH (source:Entity)-[fact:BOUGHT {id: id}]->(target:Product) WHERE $kind = 'purchases'
  RETURN fact, source, target, [source.id] AS owners
  UNION
  MATCH (source:Entity)-[fact:VISITED {id: id}]->(target:Site) WHERE $kind = 'visits'
  RETURN fact, source, target, [source.id] AS owners
}
RETURN id, elementId(fact) AS ref, owners, fact.disputed AS disputed, fact.rejected AS rejected,
       fact {source: source.id, target: target.id, category: target.category, .at, .due, .settled, .outcome, .zone, .amount,
         .currency, .kind, .channel, .parts, .obligation} AS says
