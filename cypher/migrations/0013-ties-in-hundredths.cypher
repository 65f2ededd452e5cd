// What each contact weighs exactly stands on the rating alone. From now on a tie has its weight in hundredths and its strength in
// tenths, for eyes, and the place at which it stands in the circle of its rating.
MATCH (m:Membership)
CALL (m) {
  MATCH (m)-[tie:INNER]->(contact:Membership)
  WITH tie ORDER BY contact.rid
  WITH collect(tie) AS ties
  UNWIND range(0, size(ties) - 1) AS place
  WITH place, ties[place] AS tie
  SET tie.place = place, tie.weight = toInteger(100 * tie.weight + 0.5000001) / 100.0,
      tie.strength = toInteger(10 * tie.strength + 0.5000001) / 10.0
} IN TRANSACTIONS OF 10000 ROWS;
