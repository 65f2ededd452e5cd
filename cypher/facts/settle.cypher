// Obligations are settled as their payments say, or open again.
//
// One that this changes counts as corrected: a dispute of it that was rejected no longer keeps its debtor from disputing it
// anew. One that is disputed now still counts for nothing until that is decided.
//
// @mode   write
// @result one
// @param  rows     LIST<MAP>       {id, settled, parts} of obligations: when they were paid in full, as ISO 8601 text, and by how
//                                  many payments; null: they are open
// @return touched  LIST<STRING>    Entity.id of the debtors whose ratings that can change
// @uses   owed_id
UNWIND $rows AS row
MATCH (debtor:Entity)-[owed:OWED {id: row.id}]->(:Entity)
WHERE coalesce(owed.settled <> datetime(row.settled), owed.settled IS NOT NULL OR row.settled IS NOT NULL)
   OR coalesce(owed.parts <> row.parts, owed.parts IS NOT NULL OR row.parts IS NOT NULL)
SET owed.settled = datetime(row.settled), owed.parts = row.parts, owed.rejected = null
WITH collect(DISTINCT debtor) AS touched
// an entity that has joined nothing has no rating that this could be newer than; one with `changed` has joined
FOREACH (entity IN [each IN touched WHERE each.changed IS NOT NULL OR (each)-[:JOINED]->()] | SET entity.changed = datetime())
RETURN [entity IN touched | entity.id] AS touched
