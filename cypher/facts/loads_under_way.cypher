// The loads of some files that are under way: each shows as the tag of its open transaction.
//
// @mode   read
// @result many
// @param  digest   STRING          of the files' content and how they were read
// @param  database STRING          the name of this one: the server shows the transactions of all that it has
// @return since    STRING          when its transaction started
SHOW TRANSACTIONS YIELD database, metaData, startTime
WHERE metaData.load = $digest AND database = $database
RETURN startTime AS since
