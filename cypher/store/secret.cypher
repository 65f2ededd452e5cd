// A secret of this database: what salts hashes and veils scores; with that of the journal, how far the journal went.
//
// @mode   read
// @result optional
// @param  name     STRING          Secret.name: objections, veil, cursors, refusals, pseudonyms or journal
// @return value    STRING
// @return number   INTEGER         of the journal's last line that is known here; else null
// @return hash     STRING          of that line; else null
// @uses   secret_name
MATCH (s:Secret {name: $name})
RETURN s.value AS value, s.number AS number, s.hash AS hash
