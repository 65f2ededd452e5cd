// What a request changed has been passed on, and is kept no longer; nor is the request, where nobody can repeat it.
//
// @mode   write
// @result none
// @param  key      STRING          as it was kept
// @uses   request_key
MATCH (r:Request {key: $key})
REMOVE r.changes
WITH r WHERE r.body IS NULL
DETACH DELETE r
