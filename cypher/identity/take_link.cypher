// A sign-in link begins this session, unless it has begun another or was taken back.
//
// @mode   write
// @result one
// @param  id       STRING          the link's id
// @param  session  STRING          the session's id
// @param  until    ZONED DATETIME  from when on the link has expired by itself
// @param  now      ZONED DATETIME
// @return taken    BOOLEAN         whether it is this session that the link began
// @uses   revocation_id
MERGE (r:Revocation {id: $id})
ON CREATE SET r.at = $now, r.until = $until, r.session = $session
RETURN coalesce(r.session = $session, false) AS taken
