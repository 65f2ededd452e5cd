// One contest, with the member that opened it and the people who act for that member.
//
// @mode   read
// @result optional
// @param  id       STRING          Contest.id
// @return entity   STRING          Entity.id of the member that opened it
// @return by       STRING          the subject of the token that said so; null where not known
// @return name     STRING          Entity.name; null where it has none
// @return subjects LIST<STRING>    of the tokens that act for the entity, or ever did
// @uses   contest_id
MATCH (entity:Entity)-[:OPENED]->(contest:Contest {id: $id})
RETURN entity.id AS entity, contest.by AS by, entity.name AS name, coalesce(entity.subjects, []) AS subjects
