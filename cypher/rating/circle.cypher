// Each member's inner circle: the strongest ties to members of the same scheme. Only ties that changed are written.
//
// A tie counts the UTC days of contact, newer ones more: over all of them, over those on which this member began
// it (given) and those on which the other did (taken). Both must have begun it at least once.
// A tie is as strong as it is close, times the voice of the contact: one without a voice is in no circle.
// A disputed contact counts for nothing, nor does a tie that either end has paused.
// A member that joins while a run is under way has a larger rid, and takes part in the next run.
// What each contact weighs is staged on the member; a tie has it in hundredths, and its strength in tenths, for eyes. `place` is
// where it stands in the member's lists. Half a hundredth counts as a whole one, and so does what a sum may lack of it.
// Circles are found by transactions side by side, and so is set what a tie says. New and gone ties are written by one after
// the other: that locks both ends.
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
// made once, and not for each contact: the last day that counts, as a number and as a date; whether there is any pause
WITH $as_of.epochSeconds / 86400 - 1 AS today, date($as_of) - duration({days: 1}) AS date, duration({days: 1}) AS day,
     EXISTS { ()-[:PAUSED]->() } AS pauses
UNWIND $ranges AS span
CALL (span, today, date, day, pauses) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  MATCH (m)<-[:JOINED]-(entity:Entity)
  // for each member, and not for each contact, which was a seventh of all the work
  WITH m, today, date, day, entity, CASE WHEN pauses THEN [(m)-[:PAUSED]->(other) | other] ELSE [] END AS paused,
       CASE WHEN pauses THEN [(entity)<-[:PAUSED]-(by) | by] ELSE [] END AS pausing
  CALL (entity, paused, pausing, today) {
    MATCH (entity)-[c:CONTACTED]-(other)
    WITH c, entity, other, today - c.at.epochSeconds / 86400 AS age WHERE age >= 0 AND c.disputed IS NULL
    WITH other, age, CASE startNode(c) WHEN entity THEN 1 ELSE 0 END AS gave
    WITH other, age, max(gave) AS gave, max(1 - gave) AS took
    WITH other, age, gave, took, 0.5 ^ (age / $half_life) AS weight
    ORDER BY age                            // so that equal days make equal sums, and equal ties stay equal
    WITH other, count(*) AS days, min(age) AS newest,
         sum(weight) AS all, sum(weight * gave) AS given, sum(weight * took) AS taken
    WHERE given > 0 AND taken > 0 AND NOT other IN paused
    // written as a difference: from contact.rid < $members the planner makes a seek of every member for each contact
    MATCH (other)-[:JOINED]->(contact:Membership {scheme: $scheme})
    WHERE $members - contact.rid > 0 AND NOT contact IN pausing
    WITH contact, contact.rid AS rid, days, newest,
         all * 2 * (CASE WHEN given < taken THEN given ELSE taken END + 1) / (given + taken + 2)
           * CASE WHEN $outside IS NULL THEN 1.0 ELSE coalesce(contact[$voice], $outside) END AS strength
    WHERE strength > 0
    WITH contact, rid, strength, days, newest ORDER BY rid
    RETURN collect([contact, rid, strength, days, newest]) AS found
  }
  // a tie is [contact, its rid, strength, days, how many days ago the last one was]; few members have too many of them
  WITH m, date, day, CASE WHEN size(found) <= $size THEN found ELSE COLLECT {
         UNWIND found AS tie
         WITH tie ORDER BY tie[2] DESC, tie[1] LIMIT $size
         WITH tie ORDER BY tie[1]
         RETURN tie
       } END AS ties
  WITH m, date, day, ties, reduce(sum = 0.0, tie IN ties | sum + tie[2]) AS total
  CALL (m, date, day, ties, total) {
    MATCH (m)-[drawn:INNER]->(contact)
    WITH drawn, contact, toIntegerOrNull(drawn.place) AS place
    WITH drawn, contact, place, ties[place] AS tie
    WITH contact = tie[0] AND place >= 0 AND drawn.place = place AS there, drawn, tie
    RETURN count(*) AS drawn, sum(CASE WHEN there THEN 1 ELSE 0 END) AS there, sum(CASE
             WHEN there AND drawn.strength = toInteger(10 * tie[2] + 0.5000001) / 10.0
                  AND drawn.weight = toInteger(100 * (tie[2] / total) + 0.5000001) / 100.0
                  AND drawn.days = tie[3] AND drawn.last = date - day * tie[4] THEN 1
             ELSE 0
           END) AS alike
  }
  SET m.next_circle = [tie IN ties | tie[1]], m.next_weights = [tie IN ties | tie[2] / total]
  WITH m, ties, total, drawn, alike, drawn = there AND there = size(ties) AS same WHERE drawn <> alike OR alike <> size(ties)
  RETURN m, ties, total, same
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
// where the circle is of the same contacts, what each tie says is set: that locks no member
CALL (m, ties, total, same, date, day) {
  WITH m, ties, total, date, day WHERE same
  MATCH (m)-[tie:INNER]->(contact)
  WITH tie, ties[tie.place] AS each, contact, total, date, day WHERE each[0] = contact
  WITH tie, each[3] AS days, date - day * each[4] AS last, toInteger(10 * each[2] + 0.5000001) / 10.0 AS strength,
       toInteger(100 * (each[2] / total) + 0.5000001) / 100.0 AS weight
  WHERE NOT coalesce(tie.weight = weight AND tie.strength = strength AND tie.days = days AND tie.last = last, false)
  SET tie.weight = weight, tie.strength = strength, tie.days = days, tie.last = last
} IN 2 CONCURRENT TRANSACTIONS OF 1000 ROWS
// all other circles: ties come and go, one transaction after the other
WITH m, ties, total, same, date, day
CALL (m, ties, total, same, date, day) {
  WITH m, ties, total, date, day WHERE NOT same
  CALL (m, ties) {
    MATCH (m)-[tie:INNER]->(contact:Membership)
    WHERE NOT contact IN [each IN ties | each[0]]
    DELETE tie
  }
  UNWIND range(0, size(ties) - 1) AS place
  WITH m, place, date - day * ties[place][4] AS last, ties[place][3] AS days, ties[place][0] AS contact,
       toInteger(10 * ties[place][2] + 0.5000001) / 10.0 AS strength,
       toInteger(100 * (ties[place][2] / total) + 0.5000001) / 100.0 AS weight
  MERGE (m)-[tie:INNER]->(contact)
  FOREACH (_ IN CASE WHEN tie.place = place AND tie.weight = weight AND tie.strength = strength
                       AND tie.days = days AND tie.last = last THEN [] ELSE [1] END |
    SET tie.place = place, tie.weight = weight, tie.strength = strength, tie.days = days, tie.last = last)
} IN TRANSACTIONS OF 1000 ROWS
RETURN count(*) AS changed
