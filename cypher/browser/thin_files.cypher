// Thin files: members about which less than three events' worth is known.
//
// An event weighs 1 when it is new, and less as it ages. The rest of such a rating is what the policy assumes.
//
// @mode   read
// @result many
// @for    community
// @param  scheme       STRING      Scheme.id
// @return member       STRING      Entity.id
// @return known        FLOAT       weight of the events that count
// @return factors      LIST<STRING>  the same by factor
// @return circle       INTEGER     contacts in the circle
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE m.rid >= 0
WITH m, reduce(sum = 0.0, name IN m.factors | sum + m[name + '_evidence']) AS known WHERE known < 3
RETURN split(m.id, '|')[-1] AS member, round(known, 2) AS known,
       [name IN m.factors | name + ' ' + toString(round(m[name + '_evidence'], 2))] AS factors, size(m.circle) AS circle
ORDER BY member
LIMIT 100
