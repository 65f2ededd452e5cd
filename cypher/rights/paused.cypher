// Whether a tie of two entities is paused in a scheme, by either of them.
//
// @mode   read
// @result one
// @param  scheme   STRING          Scheme.id
// @param  one      STRING          Entity.id
// @param  other    STRING          Entity.id
// @return paused   BOOLEAN
// @uses   membership_id
RETURN EXISTS { MATCH (:Membership {id: $scheme + '|' + $one})-[:PAUSED]->(each) WHERE each.id = $other }
    OR EXISTS { MATCH (:Membership {id: $scheme + '|' + $other})-[:PAUSED]->(each) WHERE each.id = $one } AS paused
