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
// @uses   entity_id
MATCH (:Entity {id: $entity})-[joined:JOINED]->(m:Membership)
RETURN m.scheme AS scheme, joined.at AS at, joined.notice AS notice, joined.how AS how,
       coalesce(m.shares, false) AS shares,
       COLLECT {
         MATCH (m)-[pause:PAUSED]->(other) WHERE other.id IS NOT NULL
         RETURN {contact: other.id, at: pause.at} ORDER BY other.id
       } AS pauses
ORDER BY scheme
