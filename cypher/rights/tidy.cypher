// Requests that nobody repeats any more, and revocations of tokens that have expired by themselves, are gone.
//
// @mode   write
// @result one
// @param  requests    ZONED DATETIME  those from before this
// @param  now         ZONED DATETIME
// @return requests    INTEGER      that are gone
// @return revocations INTEGER      that are gone
WITH COLLECT { MATCH (r:Request) WHERE r.at < $requests RETURN r } AS requests,
     COLLECT { MATCH (r:Revocation) WHERE r.until < $now RETURN r } AS revocations
FOREACH (each IN requests + revocations | DETACH DELETE each)
RETURN size(requests) AS requests, size(revocations) AS revocations
