// What a request was answered is kept with it, and goes with the entity that it is about.
//
// @mode   write
// @result none
// @param  key      STRING          sha256 of the caller, the entity it asks for, route and Idempotency-Key
// @param  status   INTEGER         of the answer
// @param  answer   STRING          the body of the answer
// @param  entity   STRING          Entity.id of the one that the answer is about; may be null
// @uses   request_key
// @uses   entity_id
MATCH (r:Request {key: $key})
SET r.status = $status, r.answer = $answer
WITH r
MATCH (e:Entity {id: $entity})
MERGE (r)-[:FROM]->(e)
