// The members of a scheme in a range of rids.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  first    INTEGER         the smallest rid
// @param  end      INTEGER         the largest rid + 1
// @return entity   STRING          Entity.id
// @return rid      INTEGER
// @return kind     STRING          person, organisation or sole trader
// @return joined   INTEGER         when it joined, in microseconds since 1970
// @return contacts INTEGER         members in its inner circle; null before the first run
// @return rated    BOOLEAN         whether a run has rated it yet
// @return voice    FLOAT           as the last run made it; null: it made none, or not of this member
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
MATCH (m)<-[joined:JOINED]-(entity:Entity)
RETURN entity.id AS entity, m.rid AS rid,
       CASE WHEN entity:SoleTrader THEN 'sole trader' WHEN entity:Person THEN 'person' ELSE 'organisation' END AS kind,
       joined.at.epochSeconds * 1000000 + joined.at.microsecond AS joined, size(m.circle) AS contacts,
       m.score IS NOT NULL AS rated, m.voice AS voice
ORDER BY rid
