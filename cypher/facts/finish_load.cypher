// What became of a load is on record: how many rows it had, and how many were rejected; nothing of what they said.
//
// @mode   write
// @result none
// @param  id        STRING         Load.id
// @param  by        STRING         the person who loaded; null: not known
// @param  at        ZONED DATETIME  when the load began
// @param  files     LIST<STRING>   as they were named
// @param  digest    STRING         of the files' content and how they were read; null: not known
// @param  finished  ZONED DATETIME
// @param  rows      INTEGER        good and bad
// @param  rejected  INTEGER
// @param  rejects   STRING         the name of the file that has the rejected rows, without its directory; null: none
// @uses   load_id
MERGE (l:Load {id: $id})
ON CREATE SET l.by = $by, l.at = $at, l.files = $files, l.digest = $digest
SET l.finished = $finished, l.rows = $rows, l.rejected = $rejected, l.rejects = $rejects
