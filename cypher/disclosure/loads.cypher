// Some loads: who loaded what, the oldest first.
//
// @mode   read
// @result many
// @param  ids      LIST<STRING>    Load.id
// @return id       STRING
// @return by       STRING          who loaded; null where that is not known
// @return at       ZONED DATETIME
// @return files    LIST<STRING>    their names, without the folders of whoever loaded
// @uses   load_id
UNWIND $ids AS id
MATCH (l:Load {id: id})
RETURN l.id AS id, l.by AS by, l.at AS at, [file IN l.files | split(file, '/')[-1]] AS files
ORDER BY at, id
