// The loads that were taken back, or are being taken back.
//
// @mode   read
// @result many
// @return id       STRING          Load.id
// loads are few: one is a whole set of files
MATCH (l:Load) WHERE l.unloading IS NOT NULL
RETURN l.id AS id
ORDER BY id
