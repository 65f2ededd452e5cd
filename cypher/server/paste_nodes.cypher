// Nodes of another store are written as they are there.
//
// @mode   write
// @result one
// @param  rows     LIST<MAP>       {labels, properties: MAP, instants: [[property, text]]}
// @return ids      LIST<STRING>    Neo4j's own ids of the new nodes, in the order of the rows
UNWIND range(0, size($rows) - 1) AS place
WITH place, $rows[place] AS row
CREATE (n)
SET n:$(row.labels), n = row.properties
FOREACH (instant IN row.instants | SET n[instant[0]] = datetime(instant[1]))
WITH place, n ORDER BY place
RETURN collect(elementId(n)) AS ids
