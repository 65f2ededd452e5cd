// Answers that were kept in case somebody asks again, and changes kept to be passed on, are gone if they mention it.
//
// What was to be passed on comes back: it is of others too.
//
// @mode   write
// @result one
// @param  quoted   STRING          as it stands in JSON, with its quotation marks
// @param  pattern  STRING          a regular expression that the whole of an answer has to match
// @return requests INTEGER         that are gone
// @return changes  LIST<STRING>    JSON: what they had left to be passed on
MATCH (r:Request) WHERE r.answer CONTAINS $quoted OR r.answer =~ $pattern OR r.changes CONTAINS $quoted
WITH collect(r) AS requests, collect(r.changes) AS changes
FOREACH (each IN requests | DETACH DELETE each)
RETURN size(requests) AS requests, changes
