// Members whose circle they do not know: how many see all, some or none of it by name.
//
// A member is told who is in its circle where these show their part; all others are one line without names.
//
// @mode   read
// @result many
// @for    community
// @param  scheme   STRING          Scheme.id
// @return named    STRING          all, some, none, or: no circle
// @return members  INTEGER         of whom that is so
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE m.rid >= 0 AND m.circle IS NOT NULL
WITH m, size(m.circle) AS contacts, COUNT { (m)-[:INNER]->(:Membership {shares: true}) } AS shown
WITH CASE WHEN contacts = 0 THEN 'no circle' WHEN shown = 0 THEN 'none'
          WHEN shown < contacts THEN 'some' ELSE 'all' END AS named
RETURN named, count(*) AS members
ORDER BY named
