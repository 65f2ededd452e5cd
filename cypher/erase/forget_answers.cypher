// Answers that were kept in case somebody asks again, and that mention something, are gone.
//
// @mode   write
// @result one
// @param  quoted   STRING          as it stands in JSON, with its quotation marks
// @param  pattern  STRING          a regular expression that the whole of an answer has to match
// @return requests INTEGER
MATCH (r:Request) WHERE r.answer CONTAINS $quoted OR r.answer =~ $pattern
DETACH DELETE r
RETURN count(*) AS requests
