// The facts of one type that a load brought are gone, unless somebody else says them too, or decided something about them.
//
// A fact knows which loads say it, and which columns each of them filled. It stays while a load that was not taken back says
// it, with what these say. It stays as it is while it is disputed, after a dispute that it outlived, and where a later load
// corrected it, or this load did: what it said before is not kept.
// An obligation goes with what was paid of it, whichever load says that, and so does its amount. When it was settled is no
// column of a load where payments say it (`parts`). Where they did not until now, it gets 0 parts: unload_payments is for
// these, and for the payments of the load.
// Members who lose a fact, or a part of one, find that in their history.
//
// @mode   batch                    in Browser, begin with :auto
// @result many
// @param  load     STRING          Load.id
// @param  gone     LIST<STRING>    Load.id of every load that was taken back, this one among them
// @param  type     STRING          of the relationships that they are
// @param  both     BOOLEAN         whether they count for both ends; else for the first one alone
// @param  columns  LIST<STRING>    that a row of this kind may leave empty
// @param  dry      BOOLEAN         nothing is changed, and it is said what would become of them
// @return became   STRING          removed, repeated, disputed, decided or corrected
// @return rows     INTEGER         how many
// @return paid     INTEGER         payments that go with them
// @uses   load_id paid_obligation
MATCH (source:Entity)-[fact:$($type)]->(target)
WHERE fact.load = $load OR any(each IN fact.also WHERE split(each, ' ')[0] = $load) OR $load IN fact.before
CALL (source, fact, target) {
  REMOVE fact.version                     // it has none: this only takes the fact's write lock
  WITH source, fact, target, [name IN $columns WHERE name <> 'settled' OR fact.parts IS NULL] AS columns
  WITH source, fact, target, columns, [coalesce(fact.load, '')]
         + [name IN columns WHERE fact[name] IS NOT NULL AND NOT name IN coalesce(fact.lacked, [])] AS first
  WITH source, fact, target, columns, [each IN [first] + [each IN coalesce(fact.also, []) | split(each, ' ')]
                              WHERE NOT each[0] IN $gone] AS left
  WITH source, fact, target, columns, left,
       [name IN columns WHERE fact[name] IS NOT NULL AND none(each IN left WHERE name IN each)] AS lost,
       CASE WHEN fact.disputed IS NOT NULL THEN 'disputed'
            WHEN fact.rejected IS NOT NULL THEN 'decided'
            WHEN fact.load <> $load AND $load IN fact.before
              OR any(each IN fact.before WHERE NOT each IN $gone) THEN 'corrected'
            WHEN size(left) = 0 THEN 'removed'
            ELSE 'repeated' END AS became
  WITH source, fact, target, columns, left, lost, became, 'amount' IN lost AS unsaid,
       COLLECT {
         MATCH ()-[paid:PAID]->() USING INDEX SEEK paid:PAID(obligation)
         WHERE paid.obligation = fact.id AND type(fact) = 'OWED'
         RETURN paid
       } AS paid
  WITH source, fact, target, columns, left, lost, became, unsaid, size(paid) AS parts,
       CASE WHEN became = 'removed' OR became = 'repeated' AND unsaid THEN paid ELSE [] END AS paid
  FOREACH (_ IN CASE WHEN became = 'repeated' AND NOT $dry THEN [1] ELSE [] END |
    FOREACH (name IN lost | SET fact[name] = null)
    FOREACH (_ IN CASE WHEN unsaid AND fact.parts IS NOT NULL THEN [1] ELSE [] END | SET fact.settled = null, fact.parts = null)
    FOREACH (_ IN CASE WHEN 'settled' IN lost AND parts > size(paid) THEN [1] ELSE [] END | SET fact.parts = 0)
    SET fact.load = CASE WHEN left[0][0] <> '' THEN left[0][0] END,
        fact.also = CASE WHEN size(left) > 1
                         THEN [each IN left[1..] | reduce(text = each[0], name IN each[1..] | text + ' ' + name)] END)
  FOREACH (_ IN CASE WHEN became = 'repeated' AND NOT $dry THEN [1] ELSE [] END |
    SET fact.lacked = CASE WHEN any(name IN columns WHERE fact[name] IS NOT NULL AND NOT name IN left[0])
                           THEN [name IN columns WHERE fact[name] IS NOT NULL AND NOT name IN left[0]] END)
  WITH source, fact, target, became, paid, size(paid) AS going, NOT $dry AND (became = 'removed' OR became = 'repeated' AND size(lost) > 0) AS changes
  MATCH (l:Load {id: $load})
  // an entity that has joined nothing has no rating that this could be newer than
  FOREACH (entity IN CASE WHEN NOT changes THEN []
                          ELSE [each IN CASE WHEN $both THEN [source, target] ELSE [source] END WHERE (each)-[:JOINED]->()] END |
    SET entity.changed = datetime()
    MERGE (entity)-[lost:LOST]->(l)
    SET lost.facts = coalesce(lost.facts, 0) + 1 + going)
  FOREACH (each IN CASE WHEN $dry THEN [] ELSE paid END | DELETE each)
  FOREACH (_ IN CASE WHEN became = 'removed' AND NOT $dry THEN [1] ELSE [] END | DELETE fact)
  RETURN became, going
} IN TRANSACTIONS OF 10000 ROWS
RETURN became, count(*) AS rows, sum(going) AS paid
ORDER BY became
