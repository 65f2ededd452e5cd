// A load is on record; the facts that it brought carry its id.
//
// @mode   write
// @result none
// @param  id        STRING         Load.id
// @param  by        STRING         the person who loaded; null: not known
// @param  at        ZONED DATETIME  when the load began
// @param  files     LIST<STRING>   as they were named
// @uses   load_id
MERGE (l:Load {id: $id})
ON CREATE SET l.by = $by, l.at = $at, l.files = $files
