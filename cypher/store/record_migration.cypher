// A migration is on record as applied.
//
// @mode   write
// @result none
// @param  version  STRING          four digits
// @param  name     STRING          the file's stem
// @param  checksum STRING          sha256 of the file
// @uses   migration_version
MERGE (m:Migration {version: $version})
ON CREATE SET m.name = $name, m.checksum = $checksum, m.at = datetime()
