// Somebody whom the graph does not know objects to being listed: the hash is all that is known of it.
//
// @mode   write
// @result none
// @param  hash     STRING          sha256 of salt and Entity.id
// @param  at       ZONED DATETIME  when it objected
// @uses   objection_hash
MERGE (objection:Objection {hash: $hash})
ON CREATE SET objection.at = $at
