// The clients to whom somebody gave a grant, ever.
//
// @mode   read
// @result many
// @return client   STRING          Grant.client
MATCH (g:Grant)
RETURN DISTINCT g.client AS client
ORDER BY client
