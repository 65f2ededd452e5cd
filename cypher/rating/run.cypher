// One run: everything that is needed to repeat it.
//
// @mode   read
// @result optional
// @for    runs
// @param  id       STRING          Run.id
// @return run      MAP             scheme, as_of, policy (text), hash, version, sweeps, bound, members, ties, ...
// @uses   run_id
MATCH (r:Run {id: $id})
RETURN properties(r) AS run
