// One contest: whose it is, and whether it is open.
//
// @mode   read
// @result optional
// @param  id       STRING          Contest.id
// @return entity   STRING          Entity.id of who opened it
// @return state    STRING          open, closed, or left: the member has left the scheme
// @uses   contest_id
MATCH (entity:Entity)-[:OPENED]->(contest:Contest {id: $id})
RETURN entity.id AS entity, contest.state AS state
