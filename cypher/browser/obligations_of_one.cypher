// The obligations behind a factor: when each was due, when it was settled, and how many days late.
//
// @mode   read
// @result many
// @for    one entity
// @param  id       STRING          Membership.id
// @return due      DATE            in the zone that it names, as the next
// @return settled  DATE            null while it is open
// @return zone     STRING          null: UTC
// @return late     INTEGER         days there; below 0, that many days early
// @return kind     STRING
// @return amount   STRING
// @return to       STRING          Entity.id of another member; one that did not join the scheme is not named
// @return disputed BOOLEAN         then it counts for nothing
// @uses   membership_id
// @uses   run_id
MATCH (m:Membership {id: $id})<-[:JOINED]-(entity:Entity)
MATCH (run:Run {id: m.run})
MATCH (entity)-[owed:OWED]->(creditor:Entity) WHERE owed.due < run.as_of
WITH m, owed, creditor, coalesce(owed.zone, 'UTC') AS zone, run.as_of - duration({microseconds: 1}) AS last
WITH m, owed, creditor, date(datetime({datetime: owed.due, timezone: zone})) AS due,
     CASE WHEN owed.settled IS NOT NULL THEN date(datetime({datetime: owed.settled, timezone: zone})) END AS settled,
     date(datetime({datetime: last, timezone: zone})) AS today
WITH m, owed, creditor, due, settled, duration.inDays(due, coalesce(settled, today)).days AS late
RETURN due, settled, owed.zone AS zone,
       // clocks that are put back at midnight show a day twice: up to the instant that it is due, nothing is late
       CASE WHEN late > 0 AND owed.settled <= owed.due THEN 0 ELSE late END AS late, owed.kind AS kind,
       toString(owed.amount) + ' ' + owed.currency AS amount,
       CASE WHEN EXISTS { (creditor)-[:JOINED]->(:Membership {scheme: m.scheme}) }
            THEN creditor.id ELSE 'not a member' END AS to,
       owed.disputed IS NOT NULL AS disputed
ORDER BY owed.due DESC
