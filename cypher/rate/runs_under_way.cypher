// The runs of a scheme that are under way: each shows as the tags of its open transactions, the oldest first.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @return run      STRING          Run.id
// @return since    STRING          when its oldest open transaction started
SHOW TRANSACTIONS YIELD metaData, startTime
WHERE metaData.scheme = $scheme
RETURN metaData.run AS run, min(startTime) AS since
ORDER BY since, run
