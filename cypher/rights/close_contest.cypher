// A contest is closed, and its rating is shown as any other again.
//
// Nothing is found where the contest is not open.
//
// @mode   write
// @result optional
// @param  id       STRING          Contest.id
// @param  reviewer STRING          the person who closes it
// @param  reason   STRING          why
// @param  now      ZONED DATETIME
// @return id       STRING          Contest.id
// @uses   contest_id membership_id
MATCH (entity:Entity)-[:OPENED]->(contest:Contest {id: $id})
REMOVE contest.version                    // it has none: this only takes the node's write lock
WITH entity, contest WHERE contest.state = 'open'
SET contest.state = 'closed', contest.closed = $now, contest.reviewer = $reviewer, contest.reason = $reason
WITH entity, contest
OPTIONAL MATCH (m:Membership {id: contest.scheme + '|' + entity.id}) WHERE m.contested = contest.id
REMOVE m.contested
RETURN contest.id AS id
