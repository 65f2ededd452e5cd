// What others owed to an entity becomes what they owed to somebody: a new entity of its kind that nothing leads back from.
//
// The facts of the debtors stay as they are, but for their ids: an id may be made from the names of both ends. A
// debtor's dispute of such a fact follows it, and so does what was paid of it.
//
// @mode   write
// @result optional
// @param  id          STRING       Entity.id of the creditor that is erased
// @param  anonymous   STRING       Entity.id of the new one, random
// @return obligations INTEGER      that stay; no row: there are none
// @uses   entity_id paid_obligation
MATCH (entity:Entity {id: $id})
MATCH (debtor:Entity)-[old:OWED]->(entity) WHERE debtor <> entity
WITH entity, collect({debtor: debtor, old: old}) AS owed WHERE size(owed) > 0
CREATE (somebody:Anonymous {id: $anonymous})
SET somebody:$(labels(entity))
WITH owed, somebody
UNWIND owed AS each
WITH somebody, each.debtor AS debtor, each.old AS old, randomUUID() AS new
OPTIONAL MATCH (debtor)-[:OPENED]->(dispute:Dispute) WHERE dispute.kind = 'obligations' AND dispute.fact = old.id
WITH somebody, debtor, old, new, collect(dispute) AS disputes
FOREACH (dispute IN disputes | SET dispute.fact = new)
CREATE (debtor)-[owed:OWED]->(somebody)
SET owed = old {.*, id: new}
WITH debtor, somebody, old, owed
CALL (debtor, somebody, old, owed) {
  MATCH (debtor)-[paid:PAID {obligation: old.id}]->() USING INDEX SEEK paid:PAID(obligation)
  CREATE (debtor)-[again:PAID]->(somebody)
  SET again = paid {.*, id: randomUUID(), obligation: owed.id}
  DELETE paid
}
DELETE old
RETURN count(owed) AS obligations
