// Ties that carry ratings between communities: both ends have circles, and nobody is close to both.
//
// @mode   read
// @result many
// @for    community
// @param  scheme   STRING          Scheme.id
// @return ties     PATH            the tie, and one more tie of each of its ends
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme})-[tie:INNER]->(contact:Membership)
WHERE m.rid >= 0 AND NOT EXISTS { (m)-[:INNER]-(:Membership)-[:INNER]-(contact) }
WITH m, tie, contact ORDER BY m.rid, contact.rid LIMIT 12
MATCH ties = (:Membership)<-[:INNER]-(m)-[between:INNER WHERE between = tie]->(contact)-[:INNER]->(:Membership)
RETURN ties
