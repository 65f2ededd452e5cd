// A load is being taken back from now on: that is on record before anything of it goes.
//
// Nothing is found where there is no such load. One that was taken back stays as it is.
//
// @mode   write
// @result optional
// @param  id        STRING         Load.id
// @param  by        STRING         the person who takes it back; null: not known
// @param  why       STRING         null: no reason is given
// @return digest    STRING         of the files' content and how they were read; null: of before this was kept
// @return memberships INTEGER      that it brought; null: none
// @return first     BOOLEAN        whether nobody had begun to take it back before
// @return unloading ZONED DATETIME  when taking it back began
// @return unloaded  ZONED DATETIME  when that ended, earlier; null: it had not
// @uses   load_id
MATCH (l:Load {id: $id})
REMOVE l.version                          // it has none: this only takes the node's write lock
WITH l, l.unloading IS NULL AS first
FOREACH (_ IN CASE WHEN first THEN [1] ELSE [] END |
  SET l.unloading = datetime(), l.unloaded_by = $by, l.why = $why)
RETURN l.digest AS digest, l.memberships AS memberships, first, l.unloading AS unloading, l.unloaded AS unloaded
