// The bands of a scheme with the number of members in each, the lowest band first; empty bands are left out.
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
ORDER BY CASE band WHEN 'new' THEN 0 ELSE 1 END, lowest
