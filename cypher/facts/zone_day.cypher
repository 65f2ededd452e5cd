// The day that it is in a zone now, by the server's own database of zones. It refuses a name that is not in there.
//
// @mode   read
// @result one
// @param  zone     STRING          of the time zone database, such as Europe/Berlin
// @return day      DATE
RETURN date(datetime({timezone: $zone})) AS day
