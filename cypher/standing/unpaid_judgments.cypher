// What an entity is, and the judgments against it that are past due and unpaid. No rating is looked at.
//
// @mode   read
// @result optional
// @param  id        STRING         Entity.id
// @param  now       ZONED DATETIME  payments count up to this instant
// @return kind      STRING         person, organisation or sole-trader
// @return judgments LIST<MAP>      the judgments' properties, those due first
// @uses   entity_id
MATCH (entity:Entity {id: $id})
RETURN CASE WHEN entity:Person THEN 'person' WHEN entity:SoleTrader THEN 'sole-trader' ELSE 'organisation' END AS kind,
       COLLECT {
         MATCH (judgment:Judgment)-[:AGAINST]->(entity)
         WHERE judgment.due < $now AND coalesce(judgment.settled > $now, true)
         RETURN properties(judgment) ORDER BY judgment.due, judgment.id
       } AS judgments
