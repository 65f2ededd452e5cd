// The other side of a dispute has answered.
//
// The caller holds the dispute (hold_dispute).
//
// @mode   write
// @result none
// @param  id       STRING          Dispute.id
// @param  answer   STRING          what it says
// @param  by       STRING          the subject of the token that says so
// @param  now      ZONED DATETIME
// @uses   dispute_id
MATCH (d:Dispute {id: $id})
SET d.answer = $answer, d.answered = $now, d.answered_by = $by
