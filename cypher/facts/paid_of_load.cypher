// Obligations of which a load says what was paid, and those that unload_facts has left to be settled anew; a page of them.
//
// @mode   read
// @result many
// @param  load     STRING          Load.id
// @param  after    STRING          the last id of the page before; empty text: the first page
// @param  limit    INTEGER         how many, at most
// @return id       STRING          of an obligation
// @uses   paid_obligation owed_id
MATCH (:Entity)-[paid:PAID]->(:Entity) USING INDEX SEEK paid:PAID(obligation)
WHERE paid.obligation > $after
  AND (paid.load = $load OR $load IN paid.also OR $load IN paid.before
    OR EXISTS { MATCH (:Entity)-[owed:OWED {id: paid.obligation}]->(:Entity) WHERE owed.parts = 0 })
RETURN DISTINCT paid.obligation AS id
ORDER BY id
LIMIT $limit
