// Records of ledgers by number; null where there is none of that number.
//
// @mode   read
// @result many
// @param  wanted   LIST<MAP>       {ledger, number}
// @return ledger   STRING          as given
// @return number   INTEGER         as given
// @return record   MAP             the record's properties
// @return hangs    BOOLEAN         whether it hangs on this ledger
// @uses   access_id ledger_id
UNWIND $wanted AS each
OPTIONAL MATCH (a:Access {id: each.ledger + '|' + toString(each.number)})
OPTIONAL MATCH (ledger:Ledger {id: each.ledger})
RETURN each.ledger AS ledger, each.number AS number, properties(a) AS record, EXISTS { (a)-[:IN]->(ledger) } AS hangs
ORDER BY ledger, number
