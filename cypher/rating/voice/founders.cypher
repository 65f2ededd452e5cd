// The founders of a scheme that are in force: accepted, not ended, and taking part.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @return rid      INTEGER         Membership.rid, ascending
// @return entity   STRING          Entity.id
// @uses   scheme_id
MATCH (s:Scheme {id: $scheme})
MATCH (entity:Entity)-[founds:FOUNDS]->(s) WHERE founds.accepted IS NOT NULL AND founds.ended IS NULL
MATCH (entity)-[:JOINED]->(m:Membership) WHERE m.scheme = $scheme
RETURN DISTINCT m.rid AS rid, entity.id AS entity
ORDER BY rid
