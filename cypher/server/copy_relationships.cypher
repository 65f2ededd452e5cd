// The relationships that leave nodes by number, as they are: to be written into another store.
//
// @mode   read
// @result many
// @param  prefix     STRING        what the ids of all nodes begin with
// @param  first      INTEGER       the smallest number of a node
// @param  end        INTEGER       the largest number + 1
// @return type       STRING
// @return source     INTEGER       the number of the node that it leaves
// @return target     STRING        the id of the node that it enters
// @return properties LIST<LIST<ANY>>   [property, value, false]; [property, text, true] of a ZONED DATETIME, since
//                                  drivers change how a zone is written, and take their time for each
UNWIND range($first, $end - 1) AS number
CALL (number) {
  MATCH (a) WHERE elementId(a) = $prefix + toString(number)
  RETURN a LIMIT 1                          // there is one at most: said so that the planner begins with it
}
MATCH (a)-[r]->(b)
RETURN type(r) AS type, number AS source, elementId(b) AS target,
       [key IN keys(r) | CASE WHEN r[key] IS :: ZONED DATETIME NOT NULL THEN [key, toString(r[key]), true]
                                ELSE [key, r[key], false] END] AS properties
