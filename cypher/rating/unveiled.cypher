// The members of a scheme that have no offset yet.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  first    INTEGER         the smallest rid
// @return rid      INTEGER
// @return entity   STRING          Entity.id
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE m.rid >= $first AND m.offset IS NULL
RETURN m.rid AS rid, substring(m.id, size($scheme) + 1) AS entity
ORDER BY rid
