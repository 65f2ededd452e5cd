// Sites and their categories, each stored once.
//
// A row with another category than the stored one comes back as a reject.
//
// @mode   write
// @result one
// @param  rows      LIST<MAP>      {line, id, category}; times as ISO 8601 text
// @param  load      STRING         Load.id: of the load that the rows come with; null: not known
// @return stored    INTEGER        rows that are new
// @return completed INTEGER        rows that filled in what was missing before
// @return known     INTEGER        rows that say nothing new
// @return repeated  INTEGER        rows of which it is noted that this load says them too
// @return rejects   LIST<MAP>      {line, column, value, reason}
// @uses   site_id
UNWIND $rows AS row
OPTIONAL MATCH (known:Site {id: row.id}) USING INDEX SEEK known:Site(id)
WITH row, known, CASE
  WHEN known.category <> row.category
    THEN {line: row.line, column: 'category', value: row.category, reason: 'the id is known with another category'}
END AS reject
WITH row, known, reject, reject IS NULL AND known IS NULL AS new, false AS completes,
     // which loads say it, beside the one that brought it: docs/graph.md. A row that is new pays nothing for it
     CASE WHEN reject IS NULL AND known.brought <> $load THEN [also IN [
         [each IN coalesce(known.also, []) WHERE split(each, ' ')[0] <> $load][-19..]
           + $load
       ] WHERE also <> coalesce(known.also, [])][0] END AS also
FOREACH (_ IN CASE WHEN also IS NULL THEN [] ELSE [1] END |
  SET known.also = also)
FOREACH (_ IN CASE WHEN new THEN [1] ELSE [] END | CREATE (:Site {id: row.id, category: row.category, brought: $load}))
RETURN sum(CASE WHEN new THEN 1 ELSE 0 END) AS stored,
       sum(CASE WHEN completes THEN 1 ELSE 0 END) AS completed,
       sum(CASE WHEN reject IS NULL AND NOT new AND NOT completes THEN 1 ELSE 0 END) AS known,
       count(also) AS repeated,
       collect(reject) AS rejects
