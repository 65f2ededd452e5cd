// The facts that leave some entities, as an inspection copy has them: by day, and not how an obligation went.
//
// @mode   read
// @result many
// @param  ids      LIST<STRING>    Entity.id
// @param  types    LIST<STRING>    of the relationships that are facts
// @return type     STRING          one of these
// @return source   STRING          Entity.id
// @return target   STRING          id of the entity, or of the thing, at the other end
// @return day      STRING          midnight before it was, or was due
// @return word     STRING          the channel of a contact, the kind of an obligation; null if there is none
// @return amount   FLOAT           null if there is none
// @return currency STRING          null if there is none
// @uses   entity_id
UNWIND $ids AS id
MATCH (:Entity {id: id})-[fact]->(other) WHERE type(fact) IN $types
RETURN type(fact) AS type, id AS source, other.id AS target,
       toString(datetime.truncate('day', coalesce(fact.due, fact.at))) AS day,
       coalesce(fact.channel, fact.kind) AS word, fact.amount AS amount, fact.currency AS currency
