// How many facts of one type the graph has of each load. It reads all of them.
//
// @mode   read
// @result many
// @param  type     STRING          of the relationships that they are
// @return load     STRING          Load.id
// @return rows     INTEGER
MATCH (:Entity)-[fact:$($type)]->() WHERE fact.load IS NOT NULL
RETURN fact.load AS load, count(*) AS rows
ORDER BY load
