// What requests changed and has not been passed on, the oldest first.
//
// @mode   read
// @result many
// @param  before   ZONED DATETIME  only of requests that came earlier: the others may be at it still
// @return key      STRING          by which it is kept
// @return changes  STRING          JSON, as it was kept
MATCH (r:Request) WHERE r.changes IS NOT NULL AND r.at < $before
RETURN r.key AS key, r.changes AS changes ORDER BY r.at LIMIT 100
