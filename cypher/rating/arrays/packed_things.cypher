// The facts of one kind of the members in a range of rids that are valued by category, packed. Days are whole days since 1970, in UTC.
//
// @mode   read
// @result one
// @param  scheme   STRING          Scheme.id
// @param  first    INTEGER         the smallest rid
// @param  end      INTEGER         the largest rid + 1
// @param  as_of    ZONED DATETIME  the midnight that ends the last day that counts
// @param  type     STRING          the relationship of the kind
// @param  values   MAP             in [0, 1], by category; a fact of another category counts for nothing
// @return rids     LIST<INTEGER>   of the member, one for each fact; and in their order:
// @return days     LIST<INTEGER>
// @return values   LIST<FLOAT>     what the policy gives the category
// @return aside    LIST<INTEGER>   1: the member disputes it; 2: somebody else does; 0: nobody
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
MATCH (m)<-[:JOINED]-(entity:Entity)
MATCH (entity)-[fact]->(thing) WHERE type(fact) = $type AND fact.at < $as_of
WITH m, entity, fact, $values[thing.category] AS value
WHERE value IS NOT NULL
RETURN collect(m.rid) AS rids, collect(fact.at.epochSeconds / 86400) AS days, collect(value) AS values,
       collect(CASE
         WHEN fact.disputed IS NULL THEN 0
         WHEN EXISTS { MATCH (entity)-[:OPENED]->(dispute:Dispute) WHERE dispute.id = fact.disputed } THEN 1
         ELSE 2
       END) AS aside
