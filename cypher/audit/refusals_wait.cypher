// Whether a refusal is noted that is not on record yet.
//
// @mode   read
// @result one
// @return waits    BOOLEAN
RETURN EXISTS { (:Refusal) } AS waits
