// A look back is on the page of a scheme, unless the one that is there covers some of the same days.
//
// @mode   write
// @result optional
// @param  scheme    STRING          Scheme.id
// @param  figures   STRING          what is told, as JSON
// @param  at        ZONED DATETIME  when its days begin
// @param  until     ZONED DATETIME  when they end
// @return published BOOLEAN         false: the one that is there stays
// @return until     ZONED DATETIME  when the days end of the one that is there now
// @uses   scheme_id
MATCH (s:Scheme {id: $scheme})
SET s.id = s.id                             // of two that come together, the second waits here
WITH s, coalesce(s.looked_back_until <= $at, true) AS published
SET s.looked_back = CASE WHEN published THEN $figures ELSE s.looked_back END,
    s.looked_back_until = CASE WHEN published THEN $until ELSE s.looked_back_until END
RETURN published, s.looked_back_until AS until
