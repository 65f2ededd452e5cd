// Every judgment against an entity, the oldest first.
//
// @mode   read
// @result many
// @param  entity      STRING       Entity.id
// @return id          STRING
// @return court       STRING
// @return case_number STRING
// @return amount      FLOAT
// @return currency    STRING
// @return issued      ZONED DATETIME
// @return due         ZONED DATETIME
// @return settled     ZONED DATETIME  null: not paid
// @return load        STRING       Load.id
// @uses   entity_id
MATCH (:Entity {id: $entity})<-[:AGAINST]-(j:Judgment)
RETURN j.id AS id, j.court AS court, j.case_number AS case_number, j.amount AS amount, j.currency AS currency,
       j.issued AS issued, j.due AS due, j.settled AS settled, j.load AS load
ORDER BY issued, id
