// Obligations, each stored once; an open one is settled by a later row.
//
// A missing value contradicts nothing: it is filled in when a later row has it. A row that does
// contradict what is stored comes back as a reject. What a dispute removed stays away, and what is
// disputed counts for nothing until that is decided, also when it is corrected. A row that says settled what payments
// settled says the same as they do, and from then on it is the obligation's own word.
//
// @mode   write
// @result one
// @param  rows      LIST<MAP>      {line, id, debtor, creditor, kind, amount, currency, due, settled, outcome, zone}; times as ISO 8601 text
// @param  load      STRING         Load.id: of the load that the new rows come with
// @return stored    INTEGER        rows that are new
// @return completed INTEGER        rows that filled in what was missing before
// @return known     INTEGER        rows that say nothing new
// @return repeated  INTEGER        rows of which it is noted that this load says them too
// @return rejects   LIST<MAP>      {line, column, value, reason}
// @return touched   LIST<STRING>   Entity.id of those whose ratings the new and completed rows can change
// @uses   entity_id owed_id dispute_fact
UNWIND $rows AS row
OPTIONAL MATCH (debtor:Entity {id: row.debtor}) USING INDEX SEEK debtor:Entity(id)
OPTIONAL MATCH (creditor:Entity {id: row.creditor}) USING INDEX SEEK creditor:Entity(id)
OPTIONAL MATCH (knownFrom)-[known:OWED {id: row.id}]->(knownTo) USING INDEX SEEK known:OWED(id)
OPTIONAL MATCH (past:Dispute {fact: row.id}) USING INDEX SEEK past:Dispute(fact)
  WHERE known IS NULL AND past.kind = 'obligations' AND past.state IN ['open', 'upheld', 'expired']
WITH row, debtor, creditor, known, past, CASE
  WHEN debtor IS NULL THEN {line: row.line, column: 'debtor', value: row.debtor, reason: 'there is no such entity'}
  WHEN creditor IS NULL THEN {line: row.line, column: 'creditor', value: row.creditor, reason: 'there is no such entity'}
  WHEN known IS NULL AND past IS NULL THEN null
  WHEN knownFrom <> debtor THEN {line: row.line, column: 'debtor', value: row.debtor, reason: 'the id is known with another debtor'}
  WHEN knownTo <> creditor THEN {line: row.line, column: 'creditor', value: row.creditor, reason: 'the id is known with another creditor'}
  WHEN known.kind <> row.kind THEN {line: row.line, column: 'kind', value: row.kind, reason: 'the id is known with another kind'}
  WHEN known.amount <> row.amount THEN {line: row.line, column: 'amount', value: toString(row.amount), reason: 'the id is known with another amount'}
  WHEN known.currency <> row.currency THEN {line: row.line, column: 'currency', value: row.currency, reason: 'the id is known with another currency'}
  WHEN known.due <> datetime(row.due) THEN {line: row.line, column: 'due', value: row.due, reason: 'the id is known with another due'}
  WHEN known.settled <> datetime(row.settled) THEN {line: row.line, column: 'settled', value: row.settled, reason: 'the id is known with another settled'}
  WHEN known.outcome <> row.outcome THEN {line: row.line, column: 'outcome', value: toString(row.outcome), reason: 'the id is known with another outcome'}
  WHEN known.zone <> row.zone THEN {line: row.line, column: 'zone', value: row.zone, reason: 'the id is known with another zone'}
  WHEN past.state <> 'open' THEN {line: row.line, column: 'id', value: row.id, reason: 'a dispute removed this fact'}
END AS reject
WITH row, debtor, creditor, known, past, reject, reject IS NULL AND known IS NULL AS new,
     reject IS NULL AND known IS NOT NULL AND (known.kind IS NULL AND row.kind IS NOT NULL
       OR known.amount IS NULL AND row.amount IS NOT NULL
       OR known.currency IS NULL AND row.currency IS NOT NULL
       OR known.settled IS NULL AND row.settled IS NOT NULL
       OR known.outcome IS NULL AND row.outcome IS NOT NULL
       OR known.zone IS NULL AND row.zone IS NOT NULL) AS completes,
     // which loads say it, beside the one that brought it: docs/graph.md. A row that is new pays nothing for it
     CASE WHEN reject IS NULL AND known.load <> $load THEN [also IN [
         [each IN coalesce(known.also, []) WHERE split(each, ' ')[0] <> $load][-19..]
           + reduce(text = $load, name IN ['kind', 'amount', 'currency', 'settled', 'outcome', 'zone'] | text + CASE WHEN row[name] IS NOT NULL
                   OR any(each IN known.also WHERE split(each, ' ')[0] = $load AND name IN split(each, ' ')) THEN ' ' + name ELSE '' END)
       ] WHERE also <> coalesce(known.also, [])][0] END AS also
FOREACH (_ IN CASE WHEN also IS NULL THEN [] ELSE [1] END |
  SET known.also = also,
      known.lacked = [lacked IN [coalesce(known.lacked, []) + [name IN ['kind', 'amount', 'currency', 'settled', 'outcome', 'zone'] WHERE row[name] IS NOT NULL AND (known[name] IS NULL OR name = 'settled' AND known.parts IS NOT NULL)]]
                      WHERE size(lacked) > 0][0])
FOREACH (_ IN CASE WHEN reject IS NULL AND row.settled IS NOT NULL AND known.parts IS NOT NULL THEN [1] ELSE [] END |
  SET known.parts = null)
FOREACH (_ IN CASE WHEN new THEN [1] ELSE [] END |
  CREATE (debtor)-[:OWED {id: row.id, kind: row.kind, amount: row.amount, currency: row.currency, due: datetime(row.due), settled: datetime(row.settled), outcome: row.outcome, zone: row.zone, load: $load, before: row.before, disputed: past.id}]->(creditor))
FOREACH (_ IN CASE WHEN completes THEN [1] ELSE [] END |
  SET known.kind = coalesce(known.kind, row.kind),
      known.amount = coalesce(known.amount, row.amount),
      known.currency = coalesce(known.currency, row.currency),
      known.settled = coalesce(known.settled, datetime(row.settled)),
      known.outcome = coalesce(known.outcome, row.outcome),
      known.zone = coalesce(known.zone, row.zone),
      known.rejected = null)
WITH sum(CASE WHEN new THEN 1 ELSE 0 END) AS stored,
     sum(CASE WHEN completes THEN 1 ELSE 0 END) AS completed,
     sum(CASE WHEN reject IS NULL AND NOT new AND NOT completes THEN 1 ELSE 0 END) AS known,
     count(also) AS repeated,
     collect(reject) AS rejects,
     collect(DISTINCT CASE WHEN new OR completes THEN debtor END) AS touched
// an entity that has joined nothing has no rating that this could be newer than; one with `changed` has joined
FOREACH (entity IN CASE WHEN EXISTS { ()-[:JOINED]->() } THEN [each IN touched WHERE each.changed IS NOT NULL OR (each)-[:JOINED]->()]
                   ELSE [] END | SET entity.changed = datetime())
RETURN stored, completed, known, repeated, rejects, [entity IN touched | entity.id] AS touched
