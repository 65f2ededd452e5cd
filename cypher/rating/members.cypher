// The members of a scheme, by entity id and never by score, a page at a time.
//
// @mode   read
// @result many
// @for    community
// @param  scheme   STRING          Scheme.id
// @param  after    STRING          the last entity id of the page before; '' for the first
// @param  limit    INTEGER         members a page
// @return entity   STRING          Entity.id
// @return joined   ZONED DATETIME  when it joined
// @return contacts INTEGER         members in its inner circle; null before the first run
// @uses   membership_id
MATCH (m:Membership)
WHERE m.id STARTS WITH $scheme + '|' AND m.id > $scheme + '|' + $after
MATCH (m)<-[joined:JOINED]-(:Entity)
RETURN substring(m.id, size($scheme) + 1) AS entity, joined.at AS joined, size(m.circle) AS contacts
ORDER BY m.id
LIMIT $limit
