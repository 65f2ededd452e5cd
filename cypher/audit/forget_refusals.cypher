// Refusals that are noted and not on record yet do not name an entity any more; the caller holds all lanes.
//
// @mode   write
// @result none
// @param  entity   STRING          Entity.id
MATCH (r:Refusal) WHERE $entity IN r.entities
WITH r, [i IN range(0, size(r.entities) - 1) WHERE r.entities[i] <> $entity] AS kept
SET r.outcomes = [i IN kept | r.outcomes[i]], r.entities = [i IN kept | r.entities[i]]
