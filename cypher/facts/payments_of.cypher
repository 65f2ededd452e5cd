// What was paid of one obligation, and what refunds took back, in order of time.
//
// @mode   read
// @result many
// @param  obligation STRING        the obligation's id
// @return id       STRING
// @return obligation STRING        as given
// @return at       ZONED DATETIME
// @return amount   FLOAT           below 0: a refund
// @return currency STRING          that of the obligation
// @return load     STRING          Load.id: of the load that brought it
// @return also     LIST<STRING>    Load.id: of other loads that say it; null: none
// @return before   LIST<STRING>    Load.id: of those that said it before it was corrected; null: none
// @uses   paid_obligation
MATCH (:Entity)-[paid:PAID {obligation: $obligation}]->(:Entity)
RETURN paid.id AS id, paid.obligation AS obligation, paid.at AS at, paid.amount AS amount, paid.currency AS currency,
       paid.load AS load, paid.also AS also, paid.before AS before
ORDER BY at, id
