// Members who lean on one contact for two thirds of their circle or more.
//
// @mode   read
// @result many
// @for    community
// @param  scheme   STRING          Scheme.id
// @return ties     PATH            their ties; the heavy one is among them
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme})-[tie:INNER]->(:Membership)
WHERE m.rid >= 0 AND 0.66 <= tie.weight < 0.999
WITH DISTINCT m ORDER BY m.rid LIMIT 20
MATCH ties = (m)-[:INNER]->(:Membership)
RETURN ties
