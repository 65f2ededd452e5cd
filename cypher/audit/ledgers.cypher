// The ledgers whose id begins so, by id, a page at a time.
//
// @mode   read
// @result many
// @param  prefix   STRING          'scheme|', or nothing for all
// @param  after    STRING          the last id of the page before; '' for the first
// @param  limit    INTEGER         ledgers a page
// @return id       STRING          Ledger.id
// @uses   ledger_id
MATCH (ledger:Ledger)
WHERE ledger.id STARTS WITH $prefix AND ledger.id > $after
RETURN ledger.id AS id
ORDER BY id
LIMIT $limit
