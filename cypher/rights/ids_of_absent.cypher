// The ids that members have paused and the graph does not know, in order, a piece at a time.
//
// @mode   read
// @result many
// @param  after    STRING          the last id of the piece before; empty: from the beginning
// @param  limit    INTEGER
// @return id       STRING          Absent.id
// @uses   absent_id
MATCH (absent:Absent) WHERE absent.id > $after
RETURN absent.id AS id ORDER BY id LIMIT $limit
