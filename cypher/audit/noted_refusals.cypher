// The oldest refusals that are not on record yet; nobody else puts them there until the transaction ends.
//
// @mode   write
// @result many
// @param  lane     INTEGER         the lock for putting refusals on record
// @param  stuck    LIST<STRING>    Refusal.id of those to leave out
// @param  limit    INTEGER
// @return refusal  MAP             its properties
// @uses   lane_id
MERGE (lane:Lane {id: $lane})
REMOVE lane.rid                           // it has none: this only takes the node's write lock
WITH count(*) AS held
MATCH (r:Refusal) WHERE r.id IS NOT NULL AND NOT r.id IN $stuck
RETURN properties(r) AS refusal
ORDER BY refusal.at, refusal.id
LIMIT $limit
