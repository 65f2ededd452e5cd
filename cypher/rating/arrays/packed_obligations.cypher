// What the members in a range of rids owe or owed, packed. Days are whole days since 1970, in UTC.
//
// Of the creditor there is the number under which the store keeps it, and packed_numbers.cypher has those of members: to find its
// membership from here would be most of the work.
// Days late are counted here, as in cypher/rating/factors/obligations.cypher: those of the zone that the obligation names, else of
// UTC. So both engines go by one list of time zones, the server's.
//
// @mode   read
// @result one
// @param  scheme    STRING         Scheme.id
// @param  first     INTEGER        the smallest rid
// @param  end       INTEGER        the largest rid + 1
// @param  as_of     ZONED DATETIME the midnight that ends the last day that counts
// @return debtors   LIST<INTEGER>  the rid of the member that owes it, one for each obligation; and in their order:
// @return creditors LIST<INTEGER>  the number of the creditor
// @return due       LIST<INTEGER>  days
// @return settled   LIST<INTEGER>  days; -1: open
// @return late      LIST<INTEGER>  whole days late, of what is open at the last instant that counts; below 0: early, or not due yet
// @return outcomes  LIST<FLOAT>    in [0, 1]; -1: not given
// @return aside     LIST<INTEGER>  1: the debtor disputes it; 2: somebody else does; 0: nobody
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
MATCH (m)<-[:JOINED]-(entity)
MATCH (entity)-[owed:OWED]->(creditor)
WITH m, entity, creditor, owed, owed.due.epochSeconds / 86400 AS due, owed.settled.epochSeconds / 86400 AS settled,
     CASE
       WHEN owed.zone IS NULL THEN null
       WHEN owed.settled < $as_of AND owed.settled <= owed.due THEN 0
       ELSE duration.inDays(
         date(datetime({datetime: owed.due, timezone: owed.zone})),
         date(datetime({datetime: CASE WHEN owed.settled < $as_of THEN owed.settled
                                       ELSE $as_of - duration({microseconds: 1}) END, timezone: owed.zone}))
       ).days
     END AS late_there, $as_of.epochSeconds / 86400 - 1 AS today
RETURN collect(m.rid) AS debtors, collect(id(creditor)) AS creditors, collect(due) AS due, collect(coalesce(settled, -1)) AS settled,
       collect(coalesce(late_there, CASE WHEN settled <= today THEN settled END - due, today - due)) AS late,
       collect(coalesce(owed.outcome, -1.0)) AS outcomes,
       collect(CASE
         WHEN owed.disputed IS NULL THEN 0
         WHEN EXISTS { MATCH (entity)-[:OPENED]->(dispute:Dispute) WHERE dispute.id = owed.disputed } THEN 1
         ELSE 2
       END) AS aside
