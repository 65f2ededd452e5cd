// Some loads by id, each with the person who loaded and the files, the oldest first.
//
// @mode   read
// @result many
// @param  ids      LIST<STRING>    Load.id
// @return id       STRING
// @return by       STRING          the person who loaded; null where not known
// @return at       ZONED DATETIME
// @return files    LIST<STRING>    their names, without folders
// @uses   load_id
UNWIND $ids AS id
MATCH (l:Load {id: id})
RETURN l.id AS id, l.by AS by, l.at AS at, [file IN l.files | split(file, '/')[-1]] AS files
ORDER BY at, id
