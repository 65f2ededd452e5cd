// How wide the veil of this database is.
//
// @mode   read
// @result optional
// @return width    FLOAT           points; null where no run has needed it yet
// @uses   secret_name
MATCH (s:Secret {name: 'veil'})
RETURN s.width AS width
