// The obligations behind a factor: when each was due, when it was settled, and how many days late.
//
// @mode   read
// @result many
// @for    one entity
// @param  id       STRING          Membership.id
// @return due      DATE
// @return settled  DATE            null while it is open
// @return late     INTEGER         days; below 0, that many days early
// @return kind     STRING
// @return amount   STRING
// @return to       STRING          Entity.id of another member; one that did not join the scheme is not named
// @return disputed BOOLEAN         then it counts for nothing
// @uses   membership_id
// @uses   run_id
MATCH (m:Membership {id: $id})<-[:JOINED]-(entity:Entity)
MATCH (run:Run {id: m.run})
MATCH (entity)-[owed:OWED]->(creditor:Entity) WHERE owed.due < run.as_of
WITH m, owed, creditor, date(run.as_of) - duration({days: 1}) AS today
RETURN date(owed.due) AS due, date(owed.settled) AS settled,
       duration.inDays(date(owed.due), coalesce(date(owed.settled), today)).days AS late, owed.kind AS kind,
       toString(owed.amount) + ' ' + owed.currency AS amount,
       CASE WHEN EXISTS { (creditor)-[:JOINED]->(:Membership {scheme: m.scheme}) }
            THEN creditor.id ELSE 'not a member' END AS to,
       owed.disputed IS NOT NULL AS disputed
ORDER BY due DESC
