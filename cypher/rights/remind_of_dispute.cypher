// Somebody has been reminded that a dispute waits for its decision.
//
// @mode   write
// @result none
// @param  id       STRING          Dispute.id
// @param  now      ZONED DATETIME
// @uses   dispute_id
MATCH (d:Dispute {id: $id})
SET d.reminded = coalesce(d.reminded, $now)
