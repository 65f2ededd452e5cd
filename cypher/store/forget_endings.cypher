// Endings that are in the journal wait no more, and the graph knows how far the journal goes.
//
// @mode   write
// @result none
// @param  ids      LIST<STRING>    Ending.id
// @param  number   INTEGER         of the journal's last line
// @param  hash     STRING          of that line
// @uses   secret_name
MATCH (s:Secret {name: 'journal'})
SET s.number = $number, s.hash = $hash
WITH s
MATCH (e:Ending) WHERE e.id IN $ids
DELETE e
