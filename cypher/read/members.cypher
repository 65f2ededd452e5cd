// The members of a scheme, by entity id and never by score, a page at a time.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  after    STRING          the last entity id of the page before; '' for the first
// @param  limit    INTEGER         members a page
// @return entity   STRING          Entity.id
// @return rated    BOOLEAN         whether a run has rated it
// @return contacts INTEGER         members in its inner circle
// @return contested BOOLEAN        whether the rating is contested: nobody may rely on it
// @uses   membership_id
MATCH (m:Membership)
WHERE m.id STARTS WITH $scheme + '|' AND m.id > $scheme + '|' + $after
RETURN substring(m.id, size($scheme) + 1) AS entity, m.score IS NOT NULL AS rated, size(m.circle) AS contacts,
       m.contested IS NOT NULL AS contested
ORDER BY m.id
LIMIT $limit
