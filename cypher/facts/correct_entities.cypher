// Entities get the names and registered numbers that the rows give; what a row leaves open stays as it is.
//
// What an entity is, and when a person was born, decides who may agree to what: a row that says otherwise comes back as
// a reject, and so does one whose entity was erased meanwhile.
//
// @mode   write
// @result one
// @param  rows      LIST<MAP>      {line, id, kind (person, organisation or sole-trader), name, born, uscc, lei}; times as ISO 8601 text
// @param  load      STRING         Load.id: of the load that corrects them
// @return corrected INTEGER        rows that changed an entity
// @return rejects   LIST<MAP>      {line, column, value, reason}
// @return touched   LIST<STRING>   Entity.id of those whose ratings this can change: nobody, since no rating looks at a name
// @uses   entity_id
UNWIND $rows AS row
OPTIONAL MATCH (known:Entity {id: row.id}) USING INDEX SEEK known:Entity(id)
WITH row, known, CASE WHEN known:Person THEN 'person' WHEN known:SoleTrader THEN 'sole-trader'
                      WHEN known IS NOT NULL THEN 'organisation' END AS kind
WITH row, known, CASE
  WHEN known IS NULL THEN {line: row.line, column: 'id', value: row.id, reason: 'there is no such entity any more'}
  WHEN row.kind <> kind THEN {line: row.line, column: 'kind', value: row.kind, reason: 'the id is known with another kind'}
  WHEN known.born <> date(row.born) THEN {line: row.line, column: 'born', value: row.born, reason: 'the id is known with another born'}
END AS reject
WITH row, known, reject, reject IS NULL AND (coalesce(known.name, '') <> coalesce(row.name, known.name, '')
       OR coalesce(known.uscc, '') <> coalesce(row.uscc, known.uscc, '')
       OR coalesce(known.lei, '') <> coalesce(row.lei, known.lei, '')) AS corrects
FOREACH (_ IN CASE WHEN corrects THEN [1] ELSE [] END |
  SET known.name = coalesce(row.name, known.name),
      known.born = coalesce(known.born, date(row.born)),
      known.uscc = coalesce(row.uscc, known.uscc),
      known.lei = coalesce(row.lei, known.lei),
      known.load = $load,
      known.also = CASE known.brought WHEN $load THEN known.also
                     ELSE [each IN coalesce(known.also, []) WHERE split(each, ' ')[0] <> $load][-19..]
                          + reduce(text = $load, name IN ['name', 'born', 'uscc', 'lei']
                                   | text + CASE WHEN row[name] IS NULL THEN '' ELSE ' ' + name END) END)
RETURN sum(CASE WHEN corrects THEN 1 ELSE 0 END) AS corrected, collect(reject) AS rejects, [] AS touched
