// A member proposes to dispute a fact of its own that outlived a dispute: nothing changes until a reviewer has admitted it.
//
// Nothing is found where the fact is disputed, is not the entity's, or is gone, where a dispute of it waits to be admitted
// already, or where the entity has joined nothing.
//
// @mode   write
// @result optional
// @param  id        STRING         Dispute.id: the new one's
// @param  entity    STRING         Entity.id
// @param  kind      STRING         of the fact
// @param  fact      STRING         the fact's id
// @param  ref       STRING         where facts_by_id found it in this transaction
// @param  type      STRING         of the relationship that it is
// @param  both      BOOLEAN        whether it is of both ends; else of the first one alone
// @param  statement STRING         what the member says
// @param  by        STRING         the subject of the token that says so; null: not known
// @param  now       ZONED DATETIME
// @return id        STRING         Dispute.id
// @uses   dispute_fact
MATCH (source:Entity)-[fact]->(target)
WHERE elementId(fact) = $ref AND fact.id = $fact AND type(fact) = $type
UNWIND CASE WHEN $both THEN [source, target] ELSE [source] END AS entity
WITH DISTINCT entity, fact WHERE entity.id = $entity AND EXISTS { (entity)-[:JOINED]->() }
REMOVE fact.version                       // it has none: this only takes the fact's write lock
WITH entity, fact WHERE fact.disputed IS NULL
  AND NOT EXISTS { MATCH (waits:Dispute {fact: $fact}) USING INDEX SEEK waits:Dispute(fact)
                   WHERE waits.kind = $kind AND waits.state = 'proposed' }
CREATE (entity)-[:OPENED]->(dispute:Dispute {id: $id, kind: $kind, fact: $fact, statement: $statement, state: 'proposed',
                                             proposed: $now, opened: $now, by: $by, load: fact.load})
RETURN dispute.id AS id
