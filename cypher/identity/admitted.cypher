// Whether a token is let in: was it revoked, and is it on record that its subject acts for the entity.
//
// @mode   read
// @result one
// @param  id       STRING          the token's id
// @param  subject  STRING          of the token
// @param  entity   STRING          Entity.id that the token names; null: none
// @return revoked  BOOLEAN
// @return acts     BOOLEAN         whether the subject is among Entity.subjects; true where there is no such entity
// @uses   revocation_id entity_id
OPTIONAL MATCH (r:Revocation {id: $id})
OPTIONAL MATCH (e:Entity {id: $entity})
RETURN r IS NOT NULL AS revoked, e IS NULL OR $subject IN coalesce(e.subjects, []) AS acts
