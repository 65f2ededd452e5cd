// Obligations by id, with what was paid of each: nobody else changes either until the transaction ends.
//
// @mode   write
// @result many
// @param  ids      LIST<STRING>    of obligations, in order, so that two that hold several take them in the same one
// @return id       STRING          as given
// @return known    BOOLEAN         whether there is such an obligation
// @return removed  BOOLEAN         whether a dispute removed it
// @return amount   FLOAT           null: none was given
// @return currency STRING
// @return settled  ZONED DATETIME  null: open
// @return parts    INTEGER         payments that settled it; null where it is open, or a row of its own says when it was settled
// @return payments LIST<MAP>       {id, at, amount}
// @uses   owed_id paid_obligation dispute_fact
UNWIND $ids AS id
OPTIONAL MATCH (:Entity)-[owed:OWED {id: id}]->(:Entity) USING INDEX SEEK owed:OWED(id)
OPTIONAL MATCH (past:Dispute {fact: id}) USING INDEX SEEK past:Dispute(fact)
  WHERE owed IS NULL AND past.kind = 'obligations' AND past.state IN ['upheld', 'expired']
WITH id, owed, count(past) > 0 AS removed
REMOVE owed.version                       // it has none: this only takes its write lock
WITH id, owed, removed
RETURN id, owed IS NOT NULL AS known, removed, owed.amount AS amount, owed.currency AS currency,
       owed.settled AS settled, owed.parts AS parts,
       COLLECT {
         MATCH (:Entity)-[paid:PAID {obligation: id}]->(:Entity) USING INDEX SEEK paid:PAID(obligation)
         RETURN {id: paid.id, at: paid.at, amount: paid.amount}
       } AS payments
