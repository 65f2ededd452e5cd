// Members and the names in their circles: how many members see all of them, some or none.
//
// A member sees the names of the contacts that show their part; all others are one line without names.
//
// @mode   read
// @result many
// @for    community
// @param  scheme   STRING          Scheme.id
// @return named    STRING          all, some, none, or: no circle
// @return members  INTEGER         for which that is so
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE m.rid >= 0 AND m.circle IS NOT NULL
WITH m, size(m.circle) AS contacts, COUNT { (m)-[:INNER]->(:Membership {shares: true}) } AS shown
WITH CASE WHEN contacts = 0 THEN 'no circle' WHEN shown = 0 THEN 'none'
          WHEN shown < contacts THEN 'some' ELSE 'all' END AS named
RETURN named, count(*) AS members
ORDER BY named
