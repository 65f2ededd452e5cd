// Closed circles: members that are rated by each other only, with no tie that leads out.
//
// It follows all ties from each member for five steps. If that ends with 3 to 40 members that have only each other,
// the circle is closed. It looks at everyone: with 100,000 members, give it minutes.
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
