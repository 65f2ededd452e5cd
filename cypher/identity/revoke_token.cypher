// A token no longer holds.
//
// @mode   write
// @result one
// @param  id       STRING          the token's id
// @param  until    ZONED DATETIME  when it would have expired; may be null
// @param  now      ZONED DATETIME
// @return at       ZONED DATETIME  when it was revoked first
// @uses   revocation_id
MERGE (r:Revocation {id: $id})
ON CREATE SET r.at = $now
SET r.until = coalesce($until, r.until)
RETURN r.at AS at
