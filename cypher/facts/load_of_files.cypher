// The load of the same files, read in the same way by the same person, that holds still: the first of them.
//
// @mode   read
// @result optional
// @param  digest   STRING          of the files' content and how they were read
// @return id       STRING          Load.id
// loads are few: one is a whole set of files
MATCH (l:Load) WHERE l.digest = $digest AND l.unloading IS NULL
RETURN l.id AS id
ORDER BY l.at, id
LIMIT 1
