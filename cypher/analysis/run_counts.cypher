// How many runs of each scheme have ended, how many have not, and how long the last that did took.
//
// @mode   read
// @result many
// @return scheme       STRING   Scheme.id
// @return finished     INTEGER
// @return unfinished   INTEGER  one is under way, or they broke off
// @return last_seconds FLOAT    from the start to the end of the last that has ended; null: none has
// runs are few, and each says its scheme
MATCH (r:Run) WHERE r.scheme IS NOT NULL
WITH r ORDER BY r.started
WITH r.scheme AS scheme, collect(r) AS runs
WITH scheme, size(runs) AS every, [r IN runs WHERE r.finished IS NOT NULL] AS ended
RETURN scheme, size(ended) AS finished, every - size(ended) AS unfinished,
       duration.inSeconds(ended[-1].started, ended[-1].finished).milliseconds / 1000.0 AS last_seconds
ORDER BY scheme
