// The members that these members were in contact with.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  rids     LIST<INTEGER>   of members
// @return rid      INTEGER         of a member that one of them was in contact with
// @uses   membership_rid
UNWIND $rids AS rid
MATCH (:Membership {scheme: $scheme, rid: rid})<-[:JOINED]-(entity:Entity)
MATCH (entity)-[:CONTACTED]-(other:Entity)
WITH DISTINCT other
MATCH (other)-[:JOINED]->(contact:Membership) WHERE contact.scheme = $scheme
RETURN DISTINCT contact.rid AS rid
