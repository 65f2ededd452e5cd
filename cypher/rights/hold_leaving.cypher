// A membership that is about to end is held, and so are the unknown ids that it alone may have paused.
//
// @mode   write
// @result one
// @param  id        STRING         Membership.id
// @return absents   INTEGER        ids that it has paused and the graph does not know
// @uses   membership_id
OPTIONAL MATCH (m:Membership {id: $id})
REMOVE m.version                          // it has none: this only takes the node's write lock
WITH m
OPTIONAL MATCH (m)-[:PAUSED]->(absent:Absent)
WITH absent ORDER BY absent.id
REMOVE absent.rid                         // it has none: this only takes the node's write lock
RETURN count(absent) AS absents
