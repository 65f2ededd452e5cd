// Sites get the categories that the rows give.
//
// A visit of a site with another category is a fact that was corrected: a dispute of it that was rejected no longer keeps
// its member from disputing it anew. One that is disputed now still counts for nothing until that is decided.
//
// @mode   write
// @result one
// @param  rows      LIST<MAP>      {line, id, category}
// @param  load      STRING         Load.id: of the load that corrects them
// @return corrected INTEGER        rows that changed a category
// @return rejects   LIST<MAP>      {line, column, value, reason}: none, since every category that a row gives is taken
// @return touched   LIST<STRING>   Entity.id of the members whose ratings this can change
// @uses   site_id
UNWIND $rows AS row
MATCH (site:Site {id: row.id}) USING INDEX SEEK site:Site(id)
WHERE site.category <> row.category
SET site.category = row.category, site.load = $load,
    site.also = CASE site.brought WHEN $load THEN site.also
                 ELSE [each IN coalesce(site.also, []) WHERE split(each, ' ')[0] <> $load][-19..] + $load END
WITH count(*) AS corrected, collect(DISTINCT site) AS sites
CALL (sites) {
  UNWIND sites AS site
  MATCH (entity:Entity)-[fact]->(site)
  FOREACH (_ IN CASE WHEN fact.rejected IS NULL THEN [] ELSE [1] END | REMOVE fact.rejected)
  WITH DISTINCT entity WHERE (entity)-[:JOINED]->()
  WITH entity ORDER BY entity.id   // two that hold several take them in the same order
  SET entity.changed = datetime()
  RETURN collect(entity.id) AS touched
}
RETURN corrected, [] AS rejects, touched
