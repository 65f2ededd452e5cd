// One run: everything that is needed to repeat it.
//
// The voices that it used are told by run_voices.cypher: they are many.
//
// @mode   read
// @result optional
// @for    runs
// @param  id       STRING          Run.id
// @return run      MAP             scheme, as_of, policy (text), hash, version, sweeps, bound, members, ties, ...
// @uses   run_id
MATCH (r:Run {id: $id})
RETURN r {.*, speakers: null, quarters: null} AS run
