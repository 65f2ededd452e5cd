// The last loads that brought a fact, corrected one or had rows rejected, the newest first.
//
// A load that only says again what is known has zeros for what it brought, and never finished. One that was taken back is none.
//
// @mode   read
// @result many
// @for    loads
// @param  limit    INTEGER
// @return by       STRING          the person who loaded; null where not known
// @return at       ZONED DATETIME  when it began
// @return finished ZONED DATETIME  null: it broke off, or is from before this was kept
// @return files    LIST<STRING>    as they were named
// @return rows     INTEGER         good and bad; null as above
// @return rejected INTEGER         null as above
// @return rejects  STRING          the name of the file that has the rejected rows; null: none
// loads are few: one is a whole set of files
MATCH (l:Load)
WITH l, [key IN keys(l) WHERE l[key] IS :: INTEGER NOT NULL | l[key]] AS numbers
WHERE l.unloaded IS NULL
  AND (l.finished IS NOT NULL OR size(numbers) = 0 OR any(number IN numbers WHERE number > 0))
RETURN l.by AS by, l.at AS at, l.finished AS finished, l.files AS files, l.rows AS rows, l.rejected AS rejected,
       l.rejects AS rejects
ORDER BY at DESC, l.id
LIMIT $limit
