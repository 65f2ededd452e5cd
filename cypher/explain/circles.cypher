// The scores of some members and the circles that they were made with; members that have left are left out.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  rids     LIST<INTEGER>   of members
// @return rid      INTEGER
// @return score    FLOAT           in [0, 1]; null: not rated yet
// @return circle   LIST<INTEGER>   the contacts' rids; null: not rated yet
// @return weights  LIST<FLOAT>     what each of them weighs
// @uses   membership_rid
UNWIND $rids AS rid
MATCH (m:Membership {scheme: $scheme, rid: rid})
RETURN rid, m.score AS score, m.circle AS circle, m.weights AS weights
