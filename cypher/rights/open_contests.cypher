// The contests that are open, the oldest first.
//
// @mode   read
// @result many
// @return entity   STRING          Entity.id of the member that opened it
// @return contest  MAP             the contest's properties
// @uses   contest_state
MATCH (entity:Entity)-[:OPENED]->(contest:Contest {state: 'open'})
RETURN entity.id AS entity, properties(contest) AS contest
ORDER BY contest.opened, contest.id
