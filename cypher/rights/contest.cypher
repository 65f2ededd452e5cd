// One contest: whose it is, and who acts for them.
//
// @mode   read
// @result optional
// @param  id       STRING          Contest.id
// @return entity   STRING          Entity.id of who opened it
// @return by       STRING          who said so: the subject of a token; null where that is not known
// @return name     STRING          Entity.name; null where it has none
// @return subjects LIST<STRING>    who acts for the entity, or ever did: subjects of tokens
// @uses   contest_id
MATCH (entity:Entity)-[:OPENED]->(contest:Contest {id: $id})
RETURN entity.id AS entity, contest.by AS by, entity.name AS name, coalesce(entity.subjects, []) AS subjects
