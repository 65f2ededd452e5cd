// What an entity takes part in, what it agreed to on joining, and what it decided since.
//
// @mode   read
// @result many
// @param  entity    STRING         Entity.id
// @return scheme    STRING         Scheme.id
// @return at        ZONED DATETIME  when it joined
// @return notice    STRING         version and hash of the notice that it agreed to
// @return how       STRING         where the agreement came from: member, operator or file
// @return shares    BOOLEAN        whether the members that have it in their circle may see its part
// @return pauses    LIST<MAP>      {contact, at}: Entity.id of each contact it has paused, and since when
// @return founding  MAP            its naming as a founder that is not over: scheme, and the properties; null: none
// @uses   entity_id
MATCH (e:Entity {id: $entity})-[joined:JOINED]->(m:Membership)
RETURN m.scheme AS scheme, joined.at AS at, joined.notice AS notice, joined.how AS how,
       coalesce(m.shares, false) AS shares,
       COLLECT {
         MATCH (m)-[pause:PAUSED]->(other) WHERE other.id IS NOT NULL
         RETURN {contact: other.id, at: pause.at} ORDER BY other.id
       } AS pauses,
       head(COLLECT {
         MATCH (e)-[f:FOUNDS]->(s:Scheme) WHERE s.id = m.scheme AND f.ended IS NULL
         RETURN f {scheme: s.id, .named, .named_by, .accepted, .accepted_by, .ended, .ended_by}
       }) AS founding
ORDER BY scheme
