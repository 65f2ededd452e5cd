// The migrations that this database has.
//
// @mode   read
// @result many
// @return version  STRING          four digits
// @return checksum STRING          sha256 of the file as it was applied
MATCH (m:Migration)
RETURN m.version AS version, m.checksum AS checksum
ORDER BY version
