// Those of these hashes that stand for an entity that objects to being listed as a contact.
//
// @mode   read
// @result many
// @param  hashes    LIST<STRING>   sha256 of salt and Entity.id
// @return hash      STRING
// @uses   objection_hash
UNWIND $hashes AS hash
MATCH (o:Objection {hash: hash})
RETURN o.hash AS hash
