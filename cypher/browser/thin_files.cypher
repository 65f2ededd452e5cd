// Thin files: members of whom less than three events' worth is known.
//
// An event weighs 1 when it is new, and less as it ages. The rest of such a rating is what the policy assumes.
//
// @mode   read
// @result many
// @for    community
// @param  scheme       STRING      Scheme.id
// @return member       STRING      Entity.id
// @return obligations  FLOAT       weight of the obligations that count
// @return purchases    FLOAT
// @return visits       FLOAT
// @return circle       INTEGER     contacts in the circle
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme})
WHERE m.rid >= 0 AND reduce(sum = 0.0, weight IN m.evidence | sum + weight) < 3
RETURN split(m.id, '|')[-1] AS member, round(m.evidence[0], 2) AS obligations,
       round(m.evidence[1], 2) AS purchases, round(m.evidence[2], 2) AS visits, size(m.circle) AS circle
ORDER BY member
LIMIT 100
