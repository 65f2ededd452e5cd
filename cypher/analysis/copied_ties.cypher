// The circle ties that leave the memberships of some entities, as an inspection copy has them.
//
// @mode   read
// @result many
// @param  ids      LIST<STRING>    Entity.id
// @param  schemes  LIST<STRING>    Scheme.id
// @return scheme   STRING          Scheme.id of both ends
// @return source   STRING          Entity.id of the member
// @return target   STRING          Entity.id of the contact
// @return weight   FLOAT           in hundredths
// @return strength FLOAT           in tenths
// @return days     INTEGER
// @return last     DATE
// @uses   entity_id
UNWIND $ids AS id
MATCH (e:Entity {id: id})-[:JOINED]->(m:Membership)-[tie:INNER]->(:Membership)<-[:JOINED]-(contact:Entity)
WHERE m.scheme IN $schemes
RETURN m.scheme AS scheme, id AS source, contact.id AS target, tie.weight AS weight, tie.strength AS strength,
       tie.days AS days, tie.last AS last
