// Judgments of courts, each stored once; an unpaid one is settled by a later row.
//
// A missing value contradicts nothing: it is filled in when a later row has it. A row that does
// contradict what is stored comes back as a reject.
//
// @mode   write
// @result one
// @param  rows      LIST<MAP>      {line, id, entity, court, case_number, amount, currency, issued, due, settled}; times as ISO 8601 text
// @param  load      STRING         Load.id: what is new came with it; null: not known
// @return stored    INTEGER        rows that are new
// @return completed INTEGER        rows that filled in what was missing before
// @return known     INTEGER        rows that say nothing new
// @return repeated  INTEGER        rows of which it is noted that this load says them too
// @return rejects   LIST<MAP>      {line, column, value, reason}
// @uses   entity_id judgment_id
UNWIND $rows AS row
OPTIONAL MATCH (entity:Entity {id: row.entity}) USING INDEX SEEK entity:Entity(id)
OPTIONAL MATCH (known:Judgment {id: row.id}) USING INDEX SEEK known:Judgment(id)
OPTIONAL MATCH (known)-[:AGAINST]->(against:Entity)
WITH row, entity, known, CASE
  WHEN entity IS NULL THEN {line: row.line, column: 'entity', value: row.entity, reason: 'there is no such entity'}
  WHEN known IS NULL THEN null
  WHEN against <> entity THEN {line: row.line, column: 'entity', value: row.entity, reason: 'the id is known with another entity'}
  WHEN known.court <> row.court THEN {line: row.line, column: 'court', value: row.court, reason: 'the id is known with another court'}
  WHEN known.case_number <> row.case_number THEN {line: row.line, column: 'case_number', value: row.case_number, reason: 'the id is known with another case_number'}
  WHEN known.amount <> row.amount THEN {line: row.line, column: 'amount', value: toString(row.amount), reason: 'the id is known with another amount'}
  WHEN known.currency <> row.currency THEN {line: row.line, column: 'currency', value: row.currency, reason: 'the id is known with another currency'}
  WHEN known.issued <> datetime(row.issued) THEN {line: row.line, column: 'issued', value: row.issued, reason: 'the id is known with another issued'}
  WHEN known.due <> datetime(row.due) THEN {line: row.line, column: 'due', value: row.due, reason: 'the id is known with another due'}
  WHEN known.settled <> datetime(row.settled) THEN {line: row.line, column: 'settled', value: row.settled, reason: 'the id is known with another settled'}
END AS reject
WITH row, entity, known, reject, reject IS NULL AND known IS NULL AS new,
     reject IS NULL AND known IS NOT NULL AND (known.settled IS NULL AND row.settled IS NOT NULL) AS completes,
     // which loads say it, beside the one that brought it: docs/graph.md. A row that is new pays nothing for it
     CASE WHEN reject IS NULL AND known.load <> $load THEN [also IN [
         [each IN coalesce(known.also, []) WHERE split(each, ' ')[0] <> $load][-19..]
           + reduce(text = $load, name IN ['settled'] | text + CASE WHEN row[name] IS NOT NULL
                   OR any(each IN known.also WHERE split(each, ' ')[0] = $load AND name IN split(each, ' ')) THEN ' ' + name ELSE '' END)
       ] WHERE also <> coalesce(known.also, [])][0] END AS also
FOREACH (_ IN CASE WHEN also IS NULL THEN [] ELSE [1] END |
  SET known.also = also,
      known.lacked = [lacked IN [coalesce(known.lacked, []) + [name IN ['settled'] WHERE known[name] IS NULL AND row[name] IS NOT NULL]]
                      WHERE size(lacked) > 0][0])
FOREACH (_ IN CASE WHEN new THEN [1] ELSE [] END |
  CREATE (:Judgment {id: row.id, court: row.court, case_number: row.case_number, amount: row.amount, currency: row.currency,
                     issued: datetime(row.issued), due: datetime(row.due), settled: datetime(row.settled), load: $load, before: row.before})
         -[:AGAINST]->(entity))
FOREACH (_ IN CASE WHEN completes THEN [1] ELSE [] END |
  SET known.settled = coalesce(known.settled, datetime(row.settled)))
RETURN sum(CASE WHEN new THEN 1 ELSE 0 END) AS stored,
       sum(CASE WHEN completes THEN 1 ELSE 0 END) AS completed,
       sum(CASE WHEN reject IS NULL AND NOT new AND NOT completes THEN 1 ELSE 0 END) AS known,
       count(also) AS repeated,
       collect(reject) AS rejects
