// The own facts of some entities, and their contacts: all that their conduct and their circles are made from.
// Disputed facts are left out, and so are the contacts of paused ties.
//
// Instants are whole microseconds since 1970, in UTC: a program makes its own of them faster than of temporal values.
//
// @mode   read
// @result many
// @param  scheme      STRING       Scheme.id
// @param  entities    LIST<STRING> Entity.id
// @return entity      STRING       Entity.id
// @return rid         INTEGER      its number in the scheme; null: it has not joined
// @return obligations LIST<MAP>    of which it is the debtor: {id, creditor, due, settled, outcome}
// @return purchases   LIST<MAP>    {id, product, category, at}
// @return visits      LIST<MAP>    {id, site, category, at}
// @return contacts    LIST<MAP>    with each other: {other, rid, times: [{id, at, began}]}; began: by this entity
// @uses   entity_id
UNWIND $entities AS id
MATCH (entity:Entity {id: id})
RETURN entity.id AS entity,
       // from the entity to its memberships, which are few, and never from all members of the scheme
       [(entity)-[:JOINED]->(m:Membership) WHERE m.scheme = $scheme | m.rid][0] AS rid,
       COLLECT {
         MATCH (entity)-[owed:OWED]->(creditor:Entity) WHERE owed.disputed IS NULL
         RETURN {id: owed.id, creditor: creditor.id, outcome: owed.outcome,
                 due: owed.due.epochSeconds * 1000000 + owed.due.microsecond,
                 settled: owed.settled.epochSeconds * 1000000 + owed.settled.microsecond}
       } AS obligations,
       COLLECT {
         MATCH (entity)-[bought:BOUGHT]->(product:Product) WHERE bought.disputed IS NULL
         RETURN {id: bought.id, product: product.id, category: product.category,
                 at: bought.at.epochSeconds * 1000000 + bought.at.microsecond}
       } AS purchases,
       COLLECT {
         MATCH (entity)-[visited:VISITED]->(site:Site) WHERE visited.disputed IS NULL
         RETURN {id: visited.id, site: site.id, category: site.category,
                 at: visited.at.epochSeconds * 1000000 + visited.at.microsecond}
       } AS visits,
       COLLECT {
         MATCH (entity)-[contacted:CONTACTED]-(other:Entity) WHERE contacted.disputed IS NULL
           AND NOT EXISTS { MATCH (entity)-[:JOINED]->(m:Membership)-[:PAUSED]->(other) WHERE m.scheme = $scheme }
           AND NOT EXISTS { MATCH (other)-[:JOINED]->(m:Membership)-[:PAUSED]->(entity) WHERE m.scheme = $scheme }
         WITH other, collect({id: contacted.id, began: startNode(contacted) = entity,
                              at: contacted.at.epochSeconds * 1000000 + contacted.at.microsecond}) AS times
         RETURN {other: other.id, times: times,
                 rid: [(other)-[:JOINED]->(m:Membership) WHERE m.scheme = $scheme | m.rid][0]}
       } AS contacts
