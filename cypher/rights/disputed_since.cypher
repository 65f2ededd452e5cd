// How many disputes of facts were opened or decided since an instant.
//
// What is only proposed changes nothing yet.
//
// @mode   read
// @result one
// @param  since    ZONED DATETIME
// @return disputes INTEGER
MATCH (d:Dispute) WHERE (d.opened >= $since OR d.decided >= $since) AND d.state <> 'proposed'
RETURN count(d) AS disputes
