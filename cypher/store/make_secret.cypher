// A secret of this database is there; one that was made before stays as it is.
//
// @mode   write
// @result one
// @param  name     STRING          Secret.name: objections, veil, cursors, refusals, pseudonyms or journal
// @param  value    STRING          random
// @return value    STRING          the one that is kept
// @uses   secret_name
MERGE (s:Secret {name: $name})
ON CREATE SET s.value = $value
RETURN s.value AS value
