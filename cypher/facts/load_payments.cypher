// Payments are stored, each beside its obligation: from the same debtor to the same creditor, in the same currency.
//
// Which rows are to be stored is decided before, by exact sums of money, which Cypher does not have:
// graph/facts/payments.py. The caller holds the obligations (hold_owed), and settles them afterwards (settle).
//
// @mode   write
// @result one
// @param  rows     LIST<MAP>       {id, obligation, at, amount, load, also, before}; times as ISO 8601 text; load: null for
//                                  the one below, else `also` are others that say it
// @param  load     STRING          Load.id: of the load that the rows come with
// @return stored   INTEGER
// @uses   owed_id
UNWIND $rows AS row
MATCH (debtor:Entity)-[owed:OWED {id: row.obligation}]->(creditor:Entity)
CREATE (debtor)-[:PAID {id: row.id, obligation: row.obligation, at: datetime(row.at), amount: row.amount, currency: owed.currency,
                        load: coalesce(row.load, $load), also: row.also, before: row.before}]->(creditor)
RETURN count(*) AS stored
