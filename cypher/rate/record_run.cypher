// A run is on record as started, with what is known of it so far.
//
// @mode   write
// @result none
// @param  id       STRING          Run.id
// @param  run      MAP             scheme, as_of, policy, hash, version, engine, ...; later sweeps and bound
// @uses   run_id
MERGE (r:Run {id: $id})
ON CREATE SET r.started = datetime()
SET r += $run
