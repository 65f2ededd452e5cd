// Endings that are in the journal wait no more.
//
// @mode   write
// @result none
// @param  ids      LIST<STRING>    Ending.id
MATCH (e:Ending) WHERE e.id IN $ids
DELETE e
