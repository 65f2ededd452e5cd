// The members of a scheme in a range of rids.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  first    INTEGER         the smallest rid
// @param  end      INTEGER         the largest rid + 1
// @return entity   STRING          Entity.id
// @return rid      INTEGER
// @return rated    BOOLEAN         whether a run has rated it yet
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
RETURN substring(m.id, size($scheme) + 1) AS entity, m.rid AS rid, m.score IS NOT NULL AS rated
ORDER BY rid
