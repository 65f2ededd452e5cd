// Whether any pause stands against somebody without a name: restore_pauses has nothing to look for else.
//
// @mode   read
// @result one
// @return any      BOOLEAN
RETURN EXISTS { (nameless:Absent) WHERE nameless.hash IS NOT NULL } AS any
