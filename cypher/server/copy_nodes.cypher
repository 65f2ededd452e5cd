// Nodes by number, as they are: to be written into another store.
//
// Neo4j's own id of a node ends with its number; the numbers of deleted nodes are gaps.
//
// @mode   read
// @result many
// @param  prefix     STRING        what the ids of all nodes begin with, such as `4:a5c0...:`
// @param  first      INTEGER       the smallest number
// @param  end        INTEGER       the largest number + 1
// @return number     INTEGER
// @return labels     LIST<STRING>
// @return properties LIST<LIST<ANY>>   [property, value, false]; [property, text, true] of a ZONED DATETIME, since
//                                  drivers change how a zone is written, and take their time for each
UNWIND range($first, $end - 1) AS number
MATCH (n) WHERE elementId(n) = $prefix + toString(number)
RETURN number, labels(n) AS labels,
       [key IN keys(n) | CASE WHEN n[key] IS :: ZONED DATETIME NOT NULL THEN [key, toString(n[key]), true]
                                ELSE [key, n[key], false] END] AS properties
