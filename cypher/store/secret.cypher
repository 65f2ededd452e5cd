// A secret of this database: what salts hashes and veils scores.
//
// @mode   read
// @result optional
// @param  name     STRING          Secret.name: objections, veil, cursors, refusals, pseudonyms or journal
// @return value    STRING
// @uses   secret_name
MATCH (s:Secret {name: $name})
RETURN s.value AS value
