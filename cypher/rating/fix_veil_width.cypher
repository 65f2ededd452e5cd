// The width of the veil of this database is settled for good; one that was settled before stays as it is.
//
// @mode   write
// @result one
// @param  width    FLOAT           points
// @return width    FLOAT           the one that is kept
// @uses   secret_name
MATCH (s:Secret {name: 'veil'})
SET s.name = s.name                         // of two that come together, the second waits here
WITH s
SET s.width = coalesce(s.width, $width)
RETURN s.width AS width
