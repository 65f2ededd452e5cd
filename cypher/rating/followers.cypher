// The members that have these in the circle, with the weights: a change of score passes on along these ties, reversed.
//
// @mode   read
// @result many
// @param  scheme    STRING         Scheme.id
// @param  rids      LIST<INTEGER>  of members
// @return contact   INTEGER        the rid of one of these members
// @return followers LIST<INTEGER>  the rids of the members that have it in their circle
// @return weights   LIST<FLOAT>    what it weighs in the circle of each, as that one's rating has it
// @uses   membership_rid
UNWIND $rids AS rid
MATCH (contact:Membership {scheme: $scheme, rid: rid})
MATCH (contact)<-[:INNER]-(follower:Membership) WHERE rid IN follower.circle
WITH rid, follower.rid AS follower, follower.circle AS circle, follower.weights AS weights
RETURN rid AS contact, collect(follower) AS followers,
       collect([k IN range(0, size(circle) - 1) WHERE circle[k] = rid | weights[k]][0]) AS weights
