// Facts of one kind that no policy wants kept any longer are gone: those that expired.cypher counts.
//
// An obligation goes with what was paid of it.
//
// @mode   batch                    in Browser, begin with :auto
// @result one
// @param  type     STRING          of the relationships that they are
// @param  time     STRING          the property that they count from
// @param  both     BOOLEAN         whether they count for both ends; else for the first one alone
// @param  before   ZONED DATETIME  those of before are not kept
// @return removed  INTEGER
// @return touched  LIST<STRING>    Entity.id of those whose ratings that can change
// @uses   paid_obligation
MATCH (source:Entity)-[fact:$($type)]->(target)
WHERE fact[$time] < $before AND coalesce(fact.settled < $before, true) AND fact.disputed IS NULL
WITH fact, CASE WHEN $both THEN [source, target] ELSE [source] END AS ends
CALL (fact, ends) {
  // an entity that has joined nothing has no rating that this could be newer than
  FOREACH (entity IN [each IN ends WHERE (each)-[:JOINED]->()] | SET entity.changed = datetime())
  WITH fact
  CALL (fact) {
    MATCH ()-[paid:PAID]->() USING INDEX SEEK paid:PAID(obligation)
    WHERE paid.obligation = fact.id AND type(fact) = 'OWED'
    DELETE paid
  }
  DELETE fact
} IN TRANSACTIONS OF 10000 ROWS
UNWIND ends AS entity
RETURN count(DISTINCT fact) AS removed, collect(DISTINCT entity.id) AS touched
