// How many members of a scheme are in each band, the lowest band first.
//
// @mode   read
// @result many
// @for    community
// @param  scheme   STRING          Scheme.id
// @return band     STRING
// @return members  INTEGER
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE m.rid >= 0 AND m.band IS NOT NULL
WITH m.band AS band, count(*) AS members, min(m.points) AS lowest
RETURN band, members
ORDER BY lowest
