// How much a store holds, and one of Neo4j's own ids of its nodes: all begin alike and end with a number.
//
// @mode   read
// @result one
// @return nodes         INTEGER
// @return relationships INTEGER
// @return example       STRING     null in an empty store without migrations
OPTIONAL MATCH (m:Migration)
WITH elementId(m) AS example LIMIT 1
RETURN COUNT { () } AS nodes, COUNT { ()-->() } AS relationships, example
