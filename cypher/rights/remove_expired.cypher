// Facts that no policy wants kept any longer are gone: those that expired.cypher counts.
//
// @mode   batch                    in Browser, begin with :auto
// @result many
// @param  before   MAP             {contacts, obligations, purchases, visits}: instants; null: kept for good
// @return kind     STRING          one of these
// @return removed  INTEGER
// @return touched  LIST<STRING>    Entity.id: whose ratings that can change
CALL () {
  MATCH (source:Entity)-[fact:CONTACTED]->(target:Entity) WHERE fact.at < $before.contacts AND fact.disputed IS NULL
  RETURN 'contacts' AS kind, fact, [source, target] AS ends
  UNION ALL
  MATCH (debtor:Entity)-[fact:OWED]->(:Entity)
  WHERE fact.due < $before.obligations AND coalesce(fact.settled < $before.obligations, true) AND fact.disputed IS NULL
  RETURN 'obligations' AS kind, fact, [debtor] AS ends
  UNION ALL
  MATCH (entity:Entity)-[fact:BOUGHT]->(:Product) WHERE fact.at < $before.purchases AND fact.disputed IS NULL
  RETURN 'purchases' AS kind, fact, [entity] AS ends
  UNION ALL
  MATCH (entity:Entity)-[fact:VISITED]->(:Site) WHERE fact.at < $before.visits AND fact.disputed IS NULL
  RETURN 'visits' AS kind, fact, [entity] AS ends
}
CALL (fact, ends) {
  // who has joined nothing has no rating that this could be newer than
  FOREACH (entity IN [each IN ends WHERE (each)-[:JOINED]->()] | SET entity.changed = datetime())
  DELETE fact
} IN TRANSACTIONS OF 10000 ROWS
UNWIND ends AS entity
RETURN kind, count(DISTINCT fact) AS removed, collect(DISTINCT entity.id) AS touched
ORDER BY kind
