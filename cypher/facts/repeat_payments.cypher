// Payments that are known: it is noted that this load says them too.
//
// The caller holds their obligations (hold_owed).
//
// @mode   write
// @result one
// @param  ids      LIST<STRING>    of payments
// @param  load     STRING          Load.id
// @return repeated INTEGER         payments of which that was not known
// @uses   paid_id
UNWIND $ids AS id
MATCH (:Entity)-[paid:PAID {id: id}]->(:Entity) USING INDEX SEEK paid:PAID(id)
WHERE paid.load <> $load
WITH paid, [each IN coalesce(paid.also, []) WHERE each <> $load][-19..] + $load AS also
WHERE also <> coalesce(paid.also, [])
SET paid.also = also
RETURN count(*) AS repeated
