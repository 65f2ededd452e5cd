// Records by id, and whether they hang on no ledger, or on one that is not theirs by their id; a page at a time.
//
// @mode   read
// @result many
// @param  prefix   STRING          of Access.id: 'scheme|', or nothing for all
// @param  after    STRING          the last id of the page before; '' for the first
// @param  limit    INTEGER         records a page
// @return id       STRING          Access.id
// @return stray    BOOLEAN
// @uses   access_id
MATCH (a:Access) WHERE a.id STARTS WITH $prefix AND a.id > $after
WITH a ORDER BY a.id LIMIT $limit
RETURN a.id AS id, COUNT { (a)-[:IN]->() } > 1 OR NOT EXISTS {
         (a)-[:IN]->(ledger:Ledger)
         WHERE a.id STARTS WITH ledger.id + '|' AND toIntegerOrNull(substring(a.id, size(ledger.id) + 1)) IS NOT NULL
       } AS stray
ORDER BY id
