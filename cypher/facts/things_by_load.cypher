// How many entities, products, sites and judgments the graph has of each load that brought any. It reads all of them.
//
// @mode   read
// @result many
// @for    loads
// @return load     STRING          Load.id
// @return kind     STRING          entities, products, sites or judgments
// @return rows     INTEGER
MATCH (thing:Entity|Product|Site|Judgment)
WITH CASE WHEN thing:Product THEN 'products' WHEN thing:Site THEN 'sites' WHEN thing:Judgment THEN 'judgments'
          ELSE 'entities' END AS kind,
     CASE WHEN thing:Judgment THEN thing.load ELSE thing.brought END AS load
WHERE load IS NOT NULL
RETURN load, kind, count(*) AS rows
ORDER BY load, kind
