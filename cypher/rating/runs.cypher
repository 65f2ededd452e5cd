// The runs of a scheme, the oldest first: finished, under way and broken off.
//
// @mode   read
// @result many
// @for    runs
// @param  scheme   STRING          Scheme.id
// @return run      STRING          Run.id
// @return as_of    ZONED DATETIME
// @return started  ZONED DATETIME
// @return finished ZONED DATETIME  null: under way, or broken off; what is only known at the end is null then
// @return version  STRING          of the policy that was used
// @return hash     STRING          sha256 of what that policy said
// @return engine   STRING
// @return software STRING          the version of innercircle
// @return members  INTEGER         how many there were at the start
// @return ties     INTEGER         in all circles
// @return sweeps   INTEGER
// @return bound    FLOAT           how far any score can be from the exact one, also after changes were passed on
// @return stale    BOOLEAN         changes were given up on
// @return histogram LIST<INTEGER>  members in each twelfth of the scale; null in runs before this was kept
// @return leaning  LIST<INTEGER>   members whose rating leans on reporters without a voice, on one partner, on one month
// @return bands    LIST<INTEGER>   members in each band of that policy, the lowest first; null as above
// runs are few, and each says its scheme
MATCH (r:Run) WHERE r.scheme = $scheme
RETURN r.id AS run, r.as_of AS as_of, r.started AS started, r.finished AS finished, r.version AS version,
       r.hash AS hash, r.engine AS engine, r.software AS software, r.members AS members, r.ties AS ties,
       r.sweeps AS sweeps, coalesce(r.slack, r.bound) AS bound, coalesce(r.stale, false) AS stale,
       r.histogram AS histogram, r.leaning AS leaning, r.bands AS bands
ORDER BY started, run
