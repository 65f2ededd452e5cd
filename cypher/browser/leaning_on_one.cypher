// Members who lean on one contact for two thirds of their circle or more.
//
// @mode   read
// @result many
// @for    community
// @param  scheme   STRING          Scheme.id
// @return ties     PATH            their ties; the heavy one is among them
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme})
WHERE m.rid >= 0 AND any(weight IN m.weights WHERE 0.66 <= weight < 0.999)
WITH m ORDER BY m.rid LIMIT 20
MATCH ties = (m)-[:INNER]->(:Membership)
RETURN ties
