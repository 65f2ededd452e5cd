// The attempts to take a load back that are under way: each shows as the tags of its open transaction, the oldest first.
//
// @mode   read
// @result many
// @param  id       STRING          Load.id
// @param  database STRING          the name of this one: the server shows the transactions of all that it has
// @return attempt  STRING          made up for each
// @return number   INTEGER         of the transaction; the server counts up
SHOW TRANSACTIONS YIELD database, metaData, transactionId
WHERE metaData.unload = $id AND database = $database
RETURN metaData.attempt AS attempt, toInteger(split(transactionId, '-')[-1]) AS number
ORDER BY number
