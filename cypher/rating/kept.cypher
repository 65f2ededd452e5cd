// The ratings that a run gave to some members, as far as they are kept: each one's state at that time, as last published.
//
// Nothing else of the scheme is published while a run is under way, so what was there when it finished is its own.
// Where `exact`, the state is the run's own; otherwise a later publication gave the same whole points and band.
//
// @mode   read
// @result many
// @param  scheme      STRING          Scheme.id
// @param  run         STRING          Run.id
// @param  first       INTEGER         rids from here
// @param  end         INTEGER         and below this
// @return entity      STRING          Entity.id
// @return rid         INTEGER
// @return changed     BOOLEAN         whether facts of the entity changed since
// @return exact       BOOLEAN         null: nothing is kept
// @return score       FLOAT           in [0, 1]
// @return points      FLOAT           350 + 600 * score
// @return circle      LIST<INTEGER>   rids of the contacts
// @uses   membership_rid run_id
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
MATCH (m)<-[:JOINED]-(entity:Entity)
OPTIONAL MATCH (m)-[:WAS]->(past:Past)
WITH m, entity, collect(past) AS pasts
OPTIONAL MATCH (r:Run {id: $run})
WITH r, m, entity, [state IN [m] + pasts WHERE state.since <= coalesce(r.finished, r.started)] AS states
WITH r, m, entity, reduce(newest = head(states), state IN states |
     CASE WHEN state.since > newest.since THEN state ELSE newest END) AS state
RETURN entity.id AS entity, m.rid AS rid, coalesce(entity.changed > r.started, false) AS changed,
       state.run = $run AND state.rerated IS NULL AS exact,
       state.score AS score, state.points AS points, state.circle AS circle
ORDER BY rid
