// All loads on record, the newest first.
//
// @mode   read
// @result many
// @return load     MAP             the properties; by kind, how many rows were new
// loads are few: one is a whole set of files
MATCH (l:Load)
RETURN properties(l) AS load
ORDER BY l.at DESC, l.id
