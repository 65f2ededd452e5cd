// Contacts, each stored once.
//
// A missing value contradicts nothing: it is filled in when a later row has it. A row that does
// contradict what is stored comes back as a reject. What a dispute removed stays away, and what is
// disputed counts for nothing until that is decided, also when it is corrected.
//
// @mode   write
// @result one
// @param  rows      LIST<MAP>      {line, id, source, target, at, channel}; times as ISO 8601 text
// @param  load      STRING         Load.id: of the load that the new rows come with
// @return stored    INTEGER        rows that are new
// @return completed INTEGER        rows that filled in what was missing before
// @return known     INTEGER        rows that say nothing new
// @return repeated  INTEGER        rows of which it is noted that this load says them too
// @return rejects   LIST<MAP>      {line, column, value, reason}
// @return touched   LIST<STRING>   Entity.id of those whose ratings the new and completed rows can change
// @uses   entity_id contacted_id dispute_fact
UNWIND $rows AS row
OPTIONAL MATCH (source:Entity {id: row.source}) USING INDEX SEEK source:Entity(id)
OPTIONAL MATCH (target:Entity {id: row.target}) USING INDEX SEEK target:Entity(id)
OPTIONAL MATCH (knownFrom)-[known:CONTACTED {id: row.id}]->(knownTo) USING INDEX SEEK known:CONTACTED(id)
OPTIONAL MATCH (past:Dispute {fact: row.id}) USING INDEX SEEK past:Dispute(fact)
  WHERE known IS NULL AND past.kind = 'contacts' AND past.state IN ['open', 'upheld', 'expired']
WITH row, source, target, known, past, CASE
  WHEN source IS NULL THEN {line: row.line, column: 'source', value: row.source, reason: 'there is no such entity'}
  WHEN target IS NULL THEN {line: row.line, column: 'target', value: row.target, reason: 'there is no such entity'}
  WHEN known IS NULL AND past IS NULL THEN null
  WHEN knownFrom <> source THEN {line: row.line, column: 'source', value: row.source, reason: 'the id is known with another source'}
  WHEN knownTo <> target THEN {line: row.line, column: 'target', value: row.target, reason: 'the id is known with another target'}
  WHEN known.at <> datetime(row.at) THEN {line: row.line, column: 'at', value: row.at, reason: 'the id is known with another at'}
  WHEN known.channel <> row.channel THEN {line: row.line, column: 'channel', value: row.channel, reason: 'the id is known with another channel'}
  WHEN past.state <> 'open' THEN {line: row.line, column: 'id', value: row.id, reason: 'a dispute removed this fact'}
END AS reject
WITH row, source, target, known, past, reject, reject IS NULL AND known IS NULL AS new,
     reject IS NULL AND known IS NOT NULL AND (known.channel IS NULL AND row.channel IS NOT NULL) AS completes,
     // which loads say it, beside the one that brought it: docs/graph.md. A row that is new pays nothing for it
     CASE WHEN reject IS NULL AND known.load <> $load THEN [also IN [
         [each IN coalesce(known.also, []) WHERE split(each, ' ')[0] <> $load][-19..]
           + reduce(text = $load, name IN ['channel'] | text + CASE WHEN row[name] IS NOT NULL
                   OR any(each IN known.also WHERE split(each, ' ')[0] = $load AND name IN split(each, ' ')) THEN ' ' + name ELSE '' END)
       ] WHERE also <> coalesce(known.also, [])][0] END AS also
FOREACH (_ IN CASE WHEN also IS NULL THEN [] ELSE [1] END |
  SET known.also = also,
      known.lacked = [lacked IN [coalesce(known.lacked, []) + [name IN ['channel'] WHERE known[name] IS NULL AND row[name] IS NOT NULL]]
                      WHERE size(lacked) > 0][0])
FOREACH (_ IN CASE WHEN new THEN [1] ELSE [] END |
  CREATE (source)-[:CONTACTED {id: row.id, at: datetime(row.at), channel: row.channel, load: $load, before: row.before, disputed: past.id}]->(target))
FOREACH (_ IN CASE WHEN completes THEN [1] ELSE [] END |
  SET known.channel = coalesce(known.channel, row.channel),
      known.rejected = null)
WITH sum(CASE WHEN new THEN 1 ELSE 0 END) AS stored,
     sum(CASE WHEN completes THEN 1 ELSE 0 END) AS completed,
     sum(CASE WHEN reject IS NULL AND NOT new AND NOT completes THEN 1 ELSE 0 END) AS known,
     count(also) AS repeated,
     collect(reject) AS rejects,
     collect(DISTINCT CASE WHEN new OR completes THEN source END)
       + collect(DISTINCT CASE WHEN new OR completes THEN target END) AS touched
// an entity that has joined nothing has no rating that this could be newer than; one with `changed` has joined
FOREACH (entity IN CASE WHEN EXISTS { ()-[:JOINED]->() } THEN [each IN touched WHERE each.changed IS NOT NULL OR (each)-[:JOINED]->()]
                   ELSE [] END | SET entity.changed = datetime())
RETURN stored, completed, known, repeated, rejects, [entity IN touched | entity.id] AS touched
