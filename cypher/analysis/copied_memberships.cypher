// The memberships of some entities, as far as an inspection copy is made from them. The day of joining, not the instant.
//
// @mode   read
// @result many
// @param  ids      LIST<STRING>    Entity.id
// @param  schemes  LIST<STRING>    Scheme.id
// @return entity   STRING          Entity.id
// @return scheme   STRING          Scheme.id
// @return rid      INTEGER
// @return veiled   FLOAT           the score under the veil; null before the first run
// @return evidence FLOAT           weight of all events that counted
// @return joined   STRING          midnight before it joined
// @uses   entity_id
UNWIND $ids AS id
MATCH (e:Entity {id: id})-[joined:JOINED]->(m:Membership)
WHERE m.scheme IN $schemes
RETURN id AS entity, m.scheme AS scheme, m.rid AS rid, m.veiled AS veiled,
       reduce(sum = 0.0, name IN m.factors | sum + m[name + '_evidence']) AS evidence,
       toString(datetime.truncate('day', joined.at)) AS joined
