// Answers that were kept in case somebody asks again, and changes kept to be passed on, are gone if they mention it.
//
// @mode   write
// @result one
// @param  quoted   STRING          as it stands in JSON, with its quotation marks
// @param  pattern  STRING          a regular expression that the whole of an answer has to match
// @return requests INTEGER
MATCH (r:Request) WHERE r.answer CONTAINS $quoted OR r.answer =~ $pattern OR r.changes CONTAINS $quoted
DETACH DELETE r
RETURN count(*) AS requests
