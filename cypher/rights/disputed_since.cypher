// How many disputes of facts were opened or decided since an instant.
//
// @mode   read
// @result one
// @param  since    ZONED DATETIME
// @return disputes INTEGER
MATCH (d:Dispute) WHERE d.opened >= $since OR d.decided >= $since
RETURN count(d) AS disputes
