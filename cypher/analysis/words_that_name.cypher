// Which of these words are the id or the name of an entity: they do not come into an inspection copy.
//
// @mode   read
// @result many
// @param  words    LIST<STRING>
// @return word     STRING
MATCH (e:Entity)
WHERE e.id IN $words OR e.name IN $words
UNWIND [word IN [e.id, e.name] WHERE word IN $words] AS word
RETURN DISTINCT word
