// Whether a token was revoked.
//
// @mode   read
// @result optional
// @param  id       STRING          the token's id
// @return at       ZONED DATETIME  when
// @uses   revocation_id
MATCH (r:Revocation {id: $id})
RETURN r.at AS at
