// An entity leaves a scheme: its membership, rating, earlier ratings and circle ties are gone.
//
// Those who had it in their circle have to be re-rated: who they are comes back.
//
// @mode   write
// @result optional
// @param  id        STRING         Membership.id
// @return scheme    STRING         Scheme.id
// @return followers LIST<INTEGER>  rids of the members who had it in their circle
// @uses   membership_id
MATCH (m:Membership {id: $id})
WITH m, m.scheme AS scheme, COLLECT { MATCH (m)<-[:INNER]-(follower:Membership) RETURN follower.rid } AS followers,
     COLLECT { MATCH (m)-[:WAS]->(past:Past) RETURN past } AS pasts
FOREACH (past IN pasts | DETACH DELETE past)
DETACH DELETE m
RETURN scheme, followers
