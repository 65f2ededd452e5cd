// The own facts of some entities, and their contacts: all that their conduct and their circles are made from.
// Disputed facts are left out, and so are the contacts of paused ties.
//
// Instants are whole microseconds since 1970, in UTC: a program makes its own of them faster than of temporal values.
//
// @mode   read
// @result many
// @param  scheme      STRING       Scheme.id
// @param  entities    LIST<STRING> Entity.id
// @param  types       LIST<STRING> of the relationships that are such own facts
// @return entity      STRING       Entity.id
// @return rid         INTEGER      its number in the scheme; null: it has not joined
// @return voice       FLOAT        as the last run made it; null: it made none, or not of this entity
// @return facts       LIST<MAP>    {type, id, other, category, voice, at, due, settled, outcome, zone}; other: the id of the
//                                  other end, voice: its; what a fact of this type does not have is null
// @return contacts    LIST<MAP>    with each other: {other, rid, voice, times: [{id, at, began}]}; began: by this entity
// @uses   entity_id
UNWIND $entities AS id
MATCH (entity:Entity {id: id})
RETURN entity.id AS entity,
       // from the entity to its memberships, which are few, and never from all members of the scheme
       [(entity)-[:JOINED]->(m:Membership) WHERE m.scheme = $scheme | m.rid][0] AS rid,
       [(entity)-[:JOINED]->(m:Membership) WHERE m.scheme = $scheme | m.voice][0] AS voice,
       COLLECT {
         MATCH (entity)-[fact]->(other) WHERE type(fact) IN $types AND fact.disputed IS NULL
         RETURN {type: type(fact), id: fact.id, other: other.id, category: other.category, outcome: fact.outcome,
                 zone: fact.zone,
                 voice: [(other)-[:JOINED]->(m:Membership) WHERE m.scheme = $scheme | m.voice][0],
                 at: fact.at.epochSeconds * 1000000 + fact.at.microsecond,
                 due: fact.due.epochSeconds * 1000000 + fact.due.microsecond,
                 settled: fact.settled.epochSeconds * 1000000 + fact.settled.microsecond}
       } AS facts,
       COLLECT {
         MATCH (entity)-[contacted:CONTACTED]-(other:Entity) WHERE contacted.disputed IS NULL
           AND NOT EXISTS { MATCH (entity)-[:JOINED]->(m:Membership)-[:PAUSED]->(other) WHERE m.scheme = $scheme }
           AND NOT EXISTS { MATCH (other)-[:JOINED]->(m:Membership)-[:PAUSED]->(entity) WHERE m.scheme = $scheme }
         WITH other, collect({id: contacted.id, began: startNode(contacted) = entity,
                              at: contacted.at.epochSeconds * 1000000 + contacted.at.microsecond}) AS times
         RETURN {other: other.id, times: times,
                 rid: [(other)-[:JOINED]->(m:Membership) WHERE m.scheme = $scheme | m.rid][0],
                 voice: [(other)-[:JOINED]->(m:Membership) WHERE m.scheme = $scheme | m.voice][0]}
       } AS contacts
