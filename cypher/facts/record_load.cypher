// A load is on record with how many rows of a kind it has brought so far; what it brought carries its id.
//
// @mode   write
// @result none
// @param  id        STRING         Load.id
// @param  by        STRING         the person who loaded; null: not known
// @param  at        ZONED DATETIME  when the load began
// @param  files     LIST<STRING>   as they were named
// @param  digest    STRING         of the files' content and how they were read; null: not known
// @param  kind      STRING         of the rows
// @param  stored    INTEGER        rows that are new
// @uses   load_id
MERGE (l:Load {id: $id})
ON CREATE SET l.by = $by, l.at = $at, l.files = $files, l.digest = $digest
SET l[$kind] = coalesce(l[$kind], 0) + $stored
