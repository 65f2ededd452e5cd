// A request is claimed by its key: another with the same key waits for this transaction, and finds its answer.
//
// @mode   write
// @result one
// @param  key      STRING          sha256 of the caller, the entity it asks for, route and Idempotency-Key
// @param  body     STRING          sha256 of what was asked
// @param  now      ZONED DATETIME
// @return body     STRING          sha256 of what was asked the first time
// @return answer   STRING          what was answered then; null: this is the first time
// @return changes  STRING          what it changed and has not been passed on yet, as it was kept
// @uses   request_key
MERGE (r:Request {key: $key})
ON CREATE SET r.body = $body, r.at = $now
RETURN r.body AS body, r.answer AS answer, r.changes AS changes
