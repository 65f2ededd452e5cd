// A dispute that was only proposed has ended: no fact and no rating changes.
//
// The caller holds the dispute (hold_dispute).
//
// @mode   write
// @result none
// @param  id       STRING          Dispute.id
// @param  state    STRING          refused or withdrawn
// @param  now      ZONED DATETIME
// @param  reviewer STRING          the person who refused it; null: nobody
// @param  reason   STRING          why; null: no reason
// @uses   dispute_id
MATCH (d:Dispute {id: $id})
SET d.state = $state, d.decided = $now, d.reviewer = $reviewer, d.reason = $reason
