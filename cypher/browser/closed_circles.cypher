// Closed circles: members who are rated by each other only, with no tie that leads out.
//
// From each member, all ties are followed for five steps. Where that ends with at least 3 and at most 40 members who
// have each other only, the circle is closed. It looks at everyone: with 100,000 members, give it minutes.
//
// @mode   read
// @result many
// @for    community
// @param  scheme   STRING          Scheme.id
// @return member   NODE            the membership
// @return tie      RELATIONSHIP
// @return contact  NODE            a contact in the circle
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE m.rid >= 0
WITH m, COLLECT { MATCH (m)-[:INNER*1..5]->(c:Membership) RETURN DISTINCT c.rid AS rid ORDER BY rid } AS reached
WHERE 3 <= size(reached) <= 40 AND m.rid IN reached
WITH DISTINCT reached
WHERE NOT EXISTS {
  UNWIND reached AS rid
  MATCH (:Membership {scheme: $scheme, rid: rid})-[:INNER]->(outside:Membership)
  WHERE NOT outside.rid IN reached
  RETURN outside
}
WITH reached LIMIT 5
UNWIND reached AS rid
MATCH (member:Membership {scheme: $scheme, rid: rid})-[tie:INNER]->(contact:Membership)
RETURN DISTINCT member, tie, contact
