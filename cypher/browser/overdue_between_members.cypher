// What members owe each other and have not settled, 30 days and more after it was due.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @return owed     PATH            from the debtor to the creditor, both members
// @uses   scheme_id
// @uses   run_id
// @uses   membership_rid
MATCH (s:Scheme {id: $scheme})
MATCH (r:Run {id: s.run})
MATCH (m:Membership {scheme: s.id})<-[:JOINED]-(debtor:Entity) WHERE m.rid >= 0
MATCH owed = (debtor)-[debt:OWED]->(creditor:Entity)
WHERE debt.settled IS NULL AND debt.outcome IS NULL AND debt.disputed IS NULL
  AND debt.due < r.as_of - duration({days: 30}) AND EXISTS { (creditor)-[:JOINED]->(:Membership {scheme: $scheme}) }
RETURN owed
ORDER BY m.rid, debt.due
LIMIT 80
