// The attempts to take a load back that are under way: each shows as the tags of its open transaction, the oldest first.
//
// @mode   read
// @result many
// @param  id       STRING          Load.id
// @return attempt  STRING          made up for each
// @return number   INTEGER         of the transaction; the server counts up
SHOW TRANSACTIONS YIELD metaData, transactionId
WHERE metaData.unload = $id
RETURN metaData.attempt AS attempt, toInteger(split(transactionId, '-')[-1]) AS number
ORDER BY number
