// What the server's clock says.
//
// @mode   read
// @result one
// @return now      ZONED DATETIME
RETURN datetime() AS now
