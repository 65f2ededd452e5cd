// What some disputes are about.
//
// @mode   read
// @result many
// @param  ids      LIST<STRING>    Dispute.id
// @return id       STRING          Dispute.id
// @return kind     STRING          of the fact
// @return fact     STRING          the fact's id
// @uses   dispute_id
UNWIND $ids AS id
MATCH (d:Dispute {id: id})
RETURN d.id AS id, d.kind AS kind, d.fact AS fact
