// Relationships of another store are written as they are there.
//
// @mode   write
// @result none
// @param  rows     LIST<MAP>       {type, source, target, properties: MAP, instants: [[property, text]]}; ends: ids of nodes here
UNWIND $rows AS row
CALL (row) {
  MATCH (a) WHERE elementId(a) = row.source
  RETURN a LIMIT 1
}
MATCH (b) WHERE elementId(b) = row.target
CREATE (a)-[r:$(row.type)]->(b)
SET r = row.properties
FOREACH (instant IN row.instants | SET r[instant[0]] = datetime(instant[1]))
