// How many members of a scheme are in each band of points.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @return band     STRING
// @return members  INTEGER
// @return lowest   FLOAT           points of the lowest member in the band
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE m.rid >= 0 AND m.band IS NOT NULL
RETURN m.band AS band, count(*) AS members, min(m.points) AS lowest
ORDER BY lowest
