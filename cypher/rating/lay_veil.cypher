// Members get their offsets: the veil adds these to their conduct wherever others are shown something made from it.
//
// @mode   write
// @result none
// @param  scheme   STRING          Scheme.id
// @param  members  LIST<MAP>       {rid, offset}; offset in score
// @uses   membership_rid
UNWIND $members AS each
MATCH (m:Membership {scheme: $scheme, rid: each.rid})
SET m.offset = each.offset
