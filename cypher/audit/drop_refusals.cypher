// Refusals forget what has been put on record; one that is on record in whole is gone.
//
// @mode   write
// @result one
// @param  left     LIST<MAP>       {id, entities, outcomes, others}: what of each is not on record yet
// @return found    INTEGER         how many of them were noted still
// @uses   refusal_id
UNWIND $left AS each
MATCH (r:Refusal {id: each.id})
USING INDEX SEEK r:Refusal(id)
// somebody who was erased a moment ago is not named again
SET r.entities = [entity IN each.entities WHERE entity IN r.entities],
    r.outcomes = [i IN range(0, size(each.entities) - 1) WHERE each.entities[i] IN r.entities | each.outcomes[i]],
    r.others = each.others
WITH r, size(r.entities) = 0 AND r.others = 0 AS whole
FOREACH (_ IN CASE WHEN whole THEN [1] END | DELETE r)
RETURN count(*) AS found
