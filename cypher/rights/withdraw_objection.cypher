// An entity no longer objects to being listed as a contact.
//
// @mode   write
// @result one
// @param  hash      STRING         sha256 of salt and Entity.id
// @return withdrawn INTEGER        1; 0 where it did not object
// @uses   objection_hash
OPTIONAL MATCH (o:Objection {hash: $hash})
DELETE o
RETURN count(o) AS withdrawn
