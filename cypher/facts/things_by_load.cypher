// How many entities, products and sites the graph has of each load that brought any. It reads all of them.
//
// @mode   read
// @result many
// @for    loads
// @return load     STRING          Load.id
// @return kind     STRING          entities, products or sites
// @return rows     INTEGER
MATCH (thing:Entity|Product|Site) WHERE thing.brought IS NOT NULL
RETURN thing.brought AS load,
       CASE WHEN thing:Product THEN 'products' WHEN thing:Site THEN 'sites' ELSE 'entities' END AS kind, count(*) AS rows
ORDER BY load, kind
