// Records that hang on no ledger, or on one that is not theirs by their id.
//
// @mode   read
// @result many
// @param  prefix   STRING          of Access.id: 'scheme|', or nothing for all
// @return id       STRING          Access.id
// @return ledger   STRING          the ledger that it hangs on; null where on none
// @uses   access_id
MATCH (a:Access) WHERE a.id STARTS WITH $prefix
OPTIONAL MATCH (a)-[:IN]->(ledger:Ledger)
WITH a, ledger
WHERE ledger IS NULL OR NOT a.id STARTS WITH ledger.id + '|'
      OR toIntegerOrNull(substring(a.id, size(ledger.id) + 1)) IS NULL
RETURN a.id AS id, ledger.id AS ledger
ORDER BY id
