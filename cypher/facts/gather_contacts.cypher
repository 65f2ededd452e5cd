// The contacts that members in a range of rids began with other members; instants are microseconds since 1970.
// Disputed ones are left out, and so are those of paused ties.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  first    INTEGER         the smallest rid
// @param  end      INTEGER         the largest rid + 1
// @return source   STRING          Entity.id of the side that began it
// @return target   STRING          Entity.id
// @return at       INTEGER
// @return id       STRING
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
MATCH (m)<-[:JOINED]-(entity:Entity)
MATCH (entity)-[contacted:CONTACTED]->(other:Entity)
// asked of each contact, and not matched: a match could begin with all members of the scheme
WHERE contacted.disputed IS NULL AND NOT EXISTS { (m)-[:PAUSED]->(other) }
  AND EXISTS {
    MATCH (other)-[:JOINED]->(contact:Membership) WHERE contact.scheme = $scheme
      AND NOT EXISTS { (contact)-[:PAUSED]->(entity) }
  }
RETURN entity.id AS source, other.id AS target,
       contacted.at.epochSeconds * 1000000 + contacted.at.microsecond AS at, contacted.id AS id
