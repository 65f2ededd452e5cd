// The members that have these in the circle, with the weights: a change of score passes on along these ties, reversed.
//
// @mode   read
// @result many
// @param  scheme    STRING         Scheme.id
// @param  rids      LIST<INTEGER>  of members
// @return contact   INTEGER        the rid of one of these members
// @return followers LIST<INTEGER>  the rids of the members that have it in their circle
// @return weights   LIST<FLOAT>    what it weighs in the circle of each
// @uses   membership_rid
UNWIND $rids AS rid
MATCH (contact:Membership {scheme: $scheme, rid: rid})
MATCH (contact)<-[tie:INNER]-(follower:Membership)
RETURN rid AS contact, collect(follower.rid) AS followers, collect(tie.weight) AS weights
