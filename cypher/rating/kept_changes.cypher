// What requests changed and has not been passed on, the oldest first.
//
// @mode   read
// @result many
// @param  since    ZONED DATETIME  what came from then
// @param  now      ZONED DATETIME  until now is left to its request; what came later came under a wrong clock
// @return key      STRING          by which it is kept
// @return changes  STRING          JSON, as it was kept
MATCH (r:Request) WHERE r.changes IS NOT NULL AND NOT $since <= r.at <= $now
RETURN r.key AS key, r.changes AS changes ORDER BY r.at LIMIT 100
