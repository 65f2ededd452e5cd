// A request of which nothing was answered, in whole or in part, is noted; graph/audit/refusals.py puts it on record.
//
// This takes no lock that depends on the entities asked for, so that waiting tells nobody who takes part. An erasure
// holds all lanes at its end, so every entity that is noted here is still there.
//
// @mode   write
// @result none
// @param  lane     INTEGER         which of the locks this request takes: it depends on the client
// @param  refused  LIST<MAP>       {entity, outcome} of each entity that there is
// @param  others   INTEGER         how many more were asked for
// @param  hash     STRING          of their ids
// @param  outcome  STRING          what came of these
// @param  said     MAP             of the request: id, scheme, who, role, purpose
// @param  now      ZONED DATETIME
// @uses   lane_id entity_id
MERGE (lane:Lane {id: $lane})
REMOVE lane.rid                           // it has none: this only takes the node's write lock
WITH count(*) AS held
CALL (held) {
  UNWIND $refused AS each
  MATCH (who:Entity {id: each.entity})
  USING INDEX SEEK who:Entity(id)
  RETURN collect(each.entity) AS entities, collect(each.outcome) AS outcomes
}
CREATE (r:Refusal)
SET r = $said, r.at = $now, r.entities = entities, r.outcomes = outcomes, r.others = $others, r.hash = $hash,
    r.outcome = $outcome
