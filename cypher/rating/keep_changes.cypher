// What a request changed is kept until it has been passed on to every rating, so that no end of the service loses it.
//
// @mode   write
// @result none
// @param  key      STRING          of the request, or made up for one that has none
// @param  changes  STRING          JSON: the entities whose facts changed, and the marks of attempts to pass it on
// @param  now      ZONED DATETIME
// @uses   request_key
MERGE (r:Request {key: $key})
ON CREATE SET r.at = $now
SET r.changes = $changes
