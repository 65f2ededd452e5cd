// The loads of some files that are under way: each shows as the tag of its open transaction.
//
// @mode   read
// @result many
// @param  digest   STRING          of the files' content and how they were read
// @return since    STRING          when its transaction started
SHOW TRANSACTIONS YIELD metaData, startTime
WHERE metaData.load = $digest
RETURN startTime AS since
