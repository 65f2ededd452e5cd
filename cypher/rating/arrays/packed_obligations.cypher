// What the members in a range of rids owe or owed, packed by creditor. Days are whole days since 1970, in UTC.
//
// Each creditor is looked at once for all who owed it: to find its membership is most of the work.
//
// @mode   read
// @result one
// @param  scheme    STRING         Scheme.id
// @param  first     INTEGER        the smallest rid
// @param  end       INTEGER        the largest rid + 1
// @return reporters LIST<INTEGER>  the rid of each creditor, -1 of one that has not joined; and of each, in their order:
// @return debtors   LIST<LIST<INTEGER>>  the rids of the members that owe it, one for each obligation; and in their order:
// @return due       LIST<LIST<INTEGER>>  days
// @return settled   LIST<LIST<INTEGER>>  days; -1: open
// @return outcomes  LIST<LIST<FLOAT>>  in [0, 1]; -1: not given
// @return aside     LIST<LIST<INTEGER>>  1: the debtor disputes it; 2: somebody else does; 0: nobody
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
MATCH (m)<-[:JOINED]-(entity:Entity)
MATCH (entity)-[owed:OWED]->(creditor:Entity)
WITH creditor, collect(m.rid) AS debtors, collect(owed.due.epochSeconds / 86400) AS due,
     collect(coalesce(owed.settled.epochSeconds / 86400, -1)) AS settled,
     collect(coalesce(owed.outcome, -1.0)) AS outcomes,
     collect(CASE
       WHEN owed.disputed IS NULL THEN 0
       WHEN EXISTS { MATCH (entity)-[:OPENED]->(dispute:Dispute) WHERE dispute.id = owed.disputed } THEN 1
       ELSE 2
     END) AS aside
WITH debtors, due, settled, outcomes, aside, coalesce(head(COLLECT {
       MATCH (creditor)-[:JOINED]->(word:Membership) WHERE word.scheme = $scheme RETURN word.rid
     }), -1) AS reporter
RETURN collect(reporter) AS reporters, collect(debtors) AS debtors, collect(due) AS due, collect(settled) AS settled,
       collect(outcomes) AS outcomes, collect(aside) AS aside
