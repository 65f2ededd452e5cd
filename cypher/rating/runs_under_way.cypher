// The runs of a scheme that are under way: each shows as the tags of its open transactions, the oldest first.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  database STRING          the name of this one: the server shows the transactions of all that it has
// @return run      STRING          Run.id
// @return since    STRING          when its oldest open transaction started
// @return number   INTEGER         of that transaction; the server counts up
// @return step     STRING          what it is at, such as sweep 3; null where it does not say
SHOW TRANSACTIONS YIELD database, metaData, startTime, transactionId
WHERE metaData.scheme = $scheme AND database = $database
// By the numbers that the server gives transactions as they begin: their times can be equal.
RETURN metaData.run AS run, min(startTime) AS since, min(toInteger(split(transactionId, '-')[-1])) AS number,
       max(metaData.step) AS step
ORDER BY number
