// The voices that a run used of those who report about one entity: its creditors, as far as they take part now.
//
// @mode   read
// @result many
// @param  run      STRING          Run.id
// @param  entity   STRING          Entity.id of the debtor
// @return reporter STRING          Entity.id
// @return voice    FLOAT           0, 0.25, 0.5, 0.75 or 1; whoever joined after the run that made it is left out
// @uses   run_id entity_id
MATCH (used:Run {id: $run})
OPTIONAL MATCH (earlier:Run {id: used.voices_of})
WITH coalesce(earlier, used) AS made
MATCH (entity:Entity {id: $entity})
MATCH (entity)-[:OWED]->(creditor:Entity)
WITH DISTINCT made, creditor
MATCH (creditor)-[:JOINED]->(m:Membership) WHERE m.scheme = made.scheme AND made.range - m.rid > 0
RETURN creditor.id AS reporter,
       coalesce(head([i IN range(0, size(made.speakers) - 1) WHERE made.speakers[i] = m.rid | made.quarters[i]]), 0) / 4.0 AS voice
ORDER BY reporter
