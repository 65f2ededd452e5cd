// Objections are held: until this transaction ends, nobody else makes one, takes one back or asks for them so.
//
// @mode   write
// @result one
// @param  value     STRING         a random salt, for the case that there is none yet
// @return salt      STRING         that of the hashes
// @return any       BOOLEAN        whether there is an objection at all
// @uses   secret_name
MERGE (s:Secret {name: 'objections'})
ON CREATE SET s.value = $value
REMOVE s.rid                              // it has none: this only takes the node's write lock
RETURN s.value AS salt, EXISTS { (:Objection) } AS any
