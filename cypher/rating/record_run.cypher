// A run is on record as started, with what is known of it so far.
//
// @mode   write
// @result one
// @param  id       STRING          Run.id
// @param  run      MAP             scheme, as_of, policy, hash, version, engine, ...; later sweeps and bound
// @return started  ZONED DATETIME  by the server's clock
// @uses   run_id
MERGE (r:Run {id: $id})
ON CREATE SET r.started = datetime()
SET r += $run
RETURN r.started AS started
