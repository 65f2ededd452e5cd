// Persons and organisations, sole traders among them, each stored once.
//
// A member may have paused an id before there was such an entity: the pause stays with the new entity.
// A missing value contradicts nothing: it is filled in when a later row has it. A row that does
// contradict what is stored comes back as a reject.
//
// @mode   write
// @result one
// @param  rows      LIST<MAP>      {line, id, kind (person, organisation or sole-trader), name, born, uscc, lei}; times as ISO 8601 text
// @param  load      STRING         Load.id: of the load that the rows come with; null: not known
// @return stored    INTEGER        rows that are new
// @return completed INTEGER        rows that filled in what was missing before
// @return known     INTEGER        rows that say nothing new
// @return repeated  INTEGER        rows of which it is noted that this load says them too
// @return rejects   LIST<MAP>      {line, column, value, reason}
// @uses   entity_id absent_id
UNWIND $rows AS row
OPTIONAL MATCH (known:Entity {id: row.id}) USING INDEX SEEK known:Entity(id)
OPTIONAL MATCH (absent:Absent {id: row.id}) USING INDEX SEEK absent:Absent(id)
WITH row, known, absent,
     CASE row.kind WHEN 'person' THEN ['Person'] WHEN 'organisation' THEN ['Organisation']
                   ELSE ['Organisation', 'SoleTrader'] END AS labels,
     CASE WHEN known:Person THEN 'person' WHEN known:SoleTrader THEN 'sole-trader'
          WHEN known IS NOT NULL THEN 'organisation' END AS kind
WITH row, known, absent, labels, CASE
  WHEN known IS NULL THEN null
  WHEN row.kind <> kind
    THEN {line: row.line, column: 'kind', value: row.kind, reason: 'the id is known with another kind'}
  WHEN known.name <> row.name THEN {line: row.line, column: 'name', value: row.name, reason: 'the id is known with another name'}
  WHEN known.born <> date(row.born) THEN {line: row.line, column: 'born', value: row.born, reason: 'the id is known with another born'}
  WHEN known.uscc <> row.uscc THEN {line: row.line, column: 'uscc', value: row.uscc, reason: 'the id is known with another uscc'}
  WHEN known.lei <> row.lei THEN {line: row.line, column: 'lei', value: row.lei, reason: 'the id is known with another lei'}
END AS reject
WITH row, known, absent, labels, reject, reject IS NULL AND known IS NULL AS new,
     reject IS NULL AND known IS NOT NULL AND (known.name IS NULL AND row.name IS NOT NULL
       OR known.born IS NULL AND row.born IS NOT NULL
       OR known.uscc IS NULL AND row.uscc IS NOT NULL
       OR known.lei IS NULL AND row.lei IS NOT NULL) AS completes,
     // which loads say it, beside the one that brought it: docs/graph.md. A row that is new pays nothing for it
     CASE WHEN reject IS NULL AND known.brought <> $load THEN [also IN [
         [each IN coalesce(known.also, []) WHERE split(each, ' ')[0] <> $load][-19..]
           + reduce(text = $load, name IN ['name', 'born', 'uscc', 'lei'] | text + CASE WHEN row[name] IS NOT NULL
                   OR any(each IN known.also WHERE split(each, ' ')[0] = $load AND name IN split(each, ' ')) THEN ' ' + name ELSE '' END)
       ] WHERE also <> coalesce(known.also, [])][0] END AS also
FOREACH (_ IN CASE WHEN also IS NULL THEN [] ELSE [1] END |
  SET known.also = also,
      known.lacked = [lacked IN [coalesce(known.lacked, []) + [name IN ['name', 'born', 'uscc', 'lei'] WHERE known[name] IS NULL AND row[name] IS NOT NULL]]
                      WHERE size(lacked) > 0][0])
FOREACH (_ IN CASE WHEN new AND absent IS NULL THEN [1] ELSE [] END |
  CREATE (entity:Entity:$(labels) {id: row.id, name: row.name, born: date(row.born), uscc: row.uscc, lei: row.lei,
                                   brought: $load}))
FOREACH (entity IN CASE WHEN new AND absent IS NOT NULL THEN [absent] ELSE [] END |
  REMOVE entity:Absent
  SET entity:Entity:$(labels), entity.name = row.name, entity.born = date(row.born),
      entity.uscc = row.uscc, entity.lei = row.lei, entity.brought = $load)
FOREACH (_ IN CASE WHEN completes THEN [1] ELSE [] END |
  SET known.name = coalesce(known.name, row.name),
      known.born = coalesce(known.born, date(row.born)),
      known.uscc = coalesce(known.uscc, row.uscc),
      known.lei = coalesce(known.lei, row.lei))
RETURN sum(CASE WHEN new THEN 1 ELSE 0 END) AS stored,
       sum(CASE WHEN completes THEN 1 ELSE 0 END) AS completed,
       sum(CASE WHEN reject IS NULL AND NOT new AND NOT completes THEN 1 ELSE 0 END) AS known,
       count(also) AS repeated,
       collect(reject) AS rejects
