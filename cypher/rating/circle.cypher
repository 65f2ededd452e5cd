// Each member's inner circle: the strongest ties to members of the same scheme. Only ties that changed are written.
//
// A tie counts the UTC days of contact, newer ones more: over all of them, over those on which this member began
// it (given) and those on which the other did (taken). Both must have begun it at least once.
// A tie is as strong as it is close, times the voice of the contact: one without a voice is in no circle.
// A disputed contact counts for nothing, nor does a tie that either end has paused.
// A member that joins while a run is under way has a larger rid, and takes part in the next run.
// What each contact weighs is staged on the member; a tie has it in hundredths, for eyes. `place` is where it stands in the
// member's lists. Half a hundredth counts as a whole one, and so does what a sum may lack of it.
// Circles are found by transactions side by side, and ties written by one after the other: writing a tie locks both ends.
//
// @mode   batch                    in Browser, begin with :auto
// @result one
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out; one transaction each
// @param  members      INTEGER     a member with this rid or a larger one is in no circle
// @param  as_of        ZONED DATETIME  the midnight that ends the last day that counts
// @param  half_life    FLOAT       days in which a day of contact loses half its weight; Infinity: nothing ages
// @param  size         INTEGER     how many of the strongest ties
// @param  voice        STRING      the property of a membership that holds its voice
// @param  outside      FLOAT       the voice of a member that has none yet; null: everybody speaks in full
// @return changed      INTEGER     members of whom a tie was written
// @uses   membership_rid
UNWIND $ranges AS span
CALL (span) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  CALL (m) {
    MATCH (m)<-[:JOINED]-(entity:Entity)-[c:CONTACTED]-(other:Entity) WHERE c.at < $as_of AND c.disputed IS NULL
    WITH entity, other, $as_of.epochSeconds / 86400 - 1 - c.at.epochSeconds / 86400 AS age,
         max(CASE startNode(c) WHEN entity THEN 1 ELSE 0 END) AS gave,
         max(CASE endNode(c) WHEN entity THEN 1 ELSE 0 END) AS took
    WITH entity, other, age, gave, took, 0.5 ^ (age / $half_life) AS weight
    ORDER BY age                            // so that equal days make equal sums, and equal ties stay equal
    WITH entity, other, count(*) AS days, min(age) AS newest,
         sum(weight) AS all, sum(weight * gave) AS given, sum(weight * took) AS taken
    WHERE given > 0 AND taken > 0
    // written as a difference: from contact.rid < $members the planner makes a seek of every member for each contact
    MATCH (other)-[:JOINED]->(contact:Membership {scheme: $scheme}) WHERE $members - contact.rid > 0
      AND NOT EXISTS { (m)-[:PAUSED]->(other) } AND NOT EXISTS { (contact)-[:PAUSED]->(entity) }
    WITH contact, days, newest,
         all * 2 * (CASE WHEN given < taken THEN given ELSE taken END + 1) / (given + taken + 2)
           * CASE WHEN $outside IS NULL THEN 1.0 ELSE coalesce(contact[$voice], $outside) END AS strength
    WHERE strength > 0
    ORDER BY strength DESC, contact.rid LIMIT $size
    WITH contact, days, newest, strength ORDER BY contact.rid
    WITH sum(strength) AS total, collect({contact: contact, rid: contact.rid, strength: strength, days: days,
         last: date($as_of) - duration({days: newest + 1})}) AS ties
    RETURN [tie IN ties | tie.rid] AS rids, [tie IN ties | tie.strength / total] AS weights,
           [place IN range(0, size(ties) - 1) | {contact: ties[place].contact, place: place,
             weight: toInteger(100 * (ties[place].strength / total) + 0.5000001) / 100.0,
             strength: toInteger(100 * ties[place].strength + 0.5000001) / 100.0,
             days: ties[place].days, last: ties[place].last}] AS circle
  }
  CALL (m) {
    OPTIONAL MATCH (m)-[tie:INNER]->(contact:Membership)
    WITH tie, contact ORDER BY contact.rid
    RETURN [tie IN collect(CASE WHEN tie IS NOT NULL THEN {contact: contact, place: tie.place, weight: tie.weight,
             strength: tie.strength, days: tie.days, last: tie.last} END) | tie] AS before
  }
  SET m.next_circle = rids, m.next_weights = weights
  WITH m, circle, before WHERE circle <> before
  RETURN m, circle
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
CALL (m, circle) {
  CALL (m, circle) {
    MATCH (m)-[tie:INNER]->(contact:Membership)
    WHERE NOT contact IN [each IN circle | each.contact]
    DELETE tie
  }
  UNWIND circle AS each
  WITH m, each, each.contact AS contact
  MERGE (m)-[tie:INNER]->(contact)
  FOREACH (_ IN CASE WHEN tie.place = each.place AND tie.weight = each.weight AND tie.strength = each.strength
                       AND tie.days = each.days AND tie.last = each.last THEN [] ELSE [1] END |
    SET tie.place = each.place, tie.weight = each.weight, tie.strength = each.strength, tie.days = each.days,
        tie.last = each.last)
} IN TRANSACTIONS OF 1000 ROWS
RETURN count(*) AS changed
