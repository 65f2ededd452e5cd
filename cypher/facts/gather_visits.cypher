// The visits of the members in a range of rids; instants are microseconds since 1970.
// Disputed ones are left out.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  first    INTEGER         the smallest rid
// @param  end      INTEGER         the largest rid + 1
// @return entity   STRING          Entity.id of the member
// @return site     STRING          Site.id
// @return category STRING          of the site
// @return at       INTEGER
// @return id       STRING
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
MATCH (m)<-[:JOINED]-(entity:Entity)
MATCH (entity)-[visited:VISITED]->(site:Site) WHERE visited.disputed IS NULL
RETURN entity.id AS entity, site.id AS site, site.category AS category,
       visited.at.epochSeconds * 1000000 + visited.at.microsecond AS at, visited.id AS id
