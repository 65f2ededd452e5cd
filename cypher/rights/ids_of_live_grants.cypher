// The ids of the grants that nobody has revoked, in order, a piece at a time.
//
// @mode   read
// @result many
// @param  after    STRING          the last id of the piece before; empty: from the beginning
// @param  limit    INTEGER
// @return id       STRING          Grant.id
// @uses   grant_id
MATCH (grant:Grant) WHERE grant.id > $after AND grant.revoked IS NULL
RETURN grant.id AS id ORDER BY id LIMIT $limit
