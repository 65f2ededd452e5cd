// Somebody acts for an entity: it is on record with the entity, and stays there.
//
// @mode   write
// @result optional
// @param  entity   STRING          Entity.id
// @param  subject  STRING          of a token
// @return subjects LIST<STRING>    of the tokens that act for the entity, or ever did
// @uses   entity_id
MATCH (e:Entity {id: $entity})
FOREACH (_ IN CASE WHEN $subject IN coalesce(e.subjects, []) THEN [] ELSE [1] END |
  SET e.subjects = coalesce(e.subjects, []) + $subject)
RETURN e.subjects AS subjects
