// A run is on record as started.
//
// @mode   write
// @result none
// @param  id       STRING          Run.id
// @param  run      MAP             scheme, as_of, policy, hash, version, engine, software, server, members, batch
// @uses   run_id
MERGE (r:Run {id: $id})
SET r += $run, r.started = datetime()
