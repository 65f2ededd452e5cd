// How many members are in each band, scheme by scheme, the lowest band first.
//
// Each scheme stands for itself: nothing is counted over two of them.
//
// @mode   read
// @result many
// @for    community
// @return scheme   STRING          Scheme.id
// @return band     STRING
// @return members  INTEGER
// @uses   membership_rid
MATCH (s:Scheme)
MATCH (m:Membership {scheme: s.id}) WHERE m.rid >= 0 AND m.band IS NOT NULL
WITH s.id AS scheme, m.band AS band, count(*) AS members, min(m.points) AS lowest
RETURN scheme, band, members
ORDER BY scheme, CASE band WHEN 'new' THEN 0 ELSE 1 END, lowest
