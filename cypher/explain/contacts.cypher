// Everyone that a member had contact with: how close they are, or why they are not in the member's circle.
//
// The formula is that of cypher/rating/circle.cypher. The circle itself is read from the rating.
//
// @mode   read
// @result many
// @for    one entity
// @param  id           STRING      Membership.id
// @param  as_of        ZONED DATETIME  the midnight that ends the last day that counts
// @param  half_life    FLOAT       days in which a day of contact loses half its weight; Infinity: nothing ages
// @param  size         INTEGER     how many of the strongest ties make the circle
// @param  voice        STRING      the property of a membership that holds its voice
// @param  outside      FLOAT       the voice of a member that has none yet; null: everybody speaks in full
// @return entity       STRING      the contact's Entity.id
// @return strength     FLOAT       null where there is no tie
// @return days         INTEGER     on which they were in contact
// @return last         DATE        the last of these days
// @return given        FLOAT       weight of the days on which the member began it
// @return taken        FLOAT       weight of the days on which the contact did
// @return why          STRING      why not in the circle; null for one that is
// @uses   membership_id
MATCH (m:Membership {id: $id})<-[:JOINED]-(entity:Entity)
CALL (entity) {
  MATCH (entity)-[c:CONTACTED]-(other:Entity)
  WITH other, CASE WHEN c.disputed IS NULL THEN 0 ELSE 1 END AS disputed,
       CASE startNode(c) WHEN entity THEN 1 ELSE 0 END AS begun,
       $as_of.epochSeconds / 86400 - 1 - c.at.epochSeconds / 86400 AS age
  WITH other, age, max(begun * (1 - disputed)) AS gave, max((1 - begun) * (1 - disputed)) AS took,
       max(CASE WHEN age >= 0 THEN 1 - disputed ELSE 0 END) AS counts, max(disputed) AS disputed
  WITH other, age, gave, took, counts, disputed, counts * 0.5 ^ (age / $half_life) AS weight
  ORDER BY age                              // as a run sums them
  RETURN other, sum(counts) AS days, min(CASE counts WHEN 1 THEN age END) AS newest, max(disputed) AS disputed,
         sum(weight) AS all, sum(weight * gave) AS given, sum(weight * took) AS taken
}
OPTIONAL MATCH (other)-[:JOINED]->(contact:Membership) WHERE contact.scheme = m.scheme
WITH m, other, contact, days, newest, disputed, given, taken,
     EXISTS { (m)-[:PAUSED]->(other) } OR EXISTS { (contact)-[:PAUSED]->(entity) } AS paused, CASE WHEN contact IS NOT NULL AND given > 0 AND taken > 0 THEN
       all * 2 * (CASE WHEN given < taken THEN given ELSE taken END + 1) / (given + taken + 2)
         * CASE WHEN $outside IS NULL THEN 1.0 ELSE coalesce(contact[$voice], $outside) END END AS strength
ORDER BY paused, coalesce(strength, -1.0) DESC, contact.rid, other.id
WITH m, collect({entity: other.id, rid: contact.rid, days: days, newest: newest, given: given, taken: taken,
                 strength: strength, paused: paused, disputed: disputed}) AS contacts
UNWIND range(0, size(contacts) - 1) AS place
WITH m, place, contacts[place] AS each
RETURN each.entity AS entity, each.strength AS strength, each.days AS days,
       CASE WHEN each.days > 0 THEN date($as_of) - duration({days: each.newest + 1}) END AS last,
       each.given AS given, each.taken AS taken,
       CASE
         WHEN each.rid IN m.circle THEN null
         WHEN each.rid IS NULL THEN 'not a member'
         WHEN each.paused THEN 'paused'
         WHEN each.days = 0 AND each.disputed = 1 THEN 'disputed'
         WHEN each.days = 0 THEN 'after as_of'
         WHEN each.given = 0 THEN 'one-sided: the member has not begun any'
         WHEN each.taken = 0 THEN 'one-sided: the contact has not begun any'
         WHEN each.strength = 0 THEN 'no voice'
         WHEN place >= $size THEN 'weaker than the circle\'s last'
         ELSE 'new since this rating'
       END AS why
