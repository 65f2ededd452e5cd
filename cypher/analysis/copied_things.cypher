// The things that an inspection copy has: those that a fact joins to a member of one of these schemes.
//
// @mode   read
// @result many
// @param  schemes  LIST<STRING>    Scheme.id
// @param  labels   MAP             {type: label}: what each type of relationship that is such a fact leads to
// @return label    STRING          one of these
// @return id       STRING          of the thing
// @return category STRING
MATCH (e:Entity)
WHERE EXISTS { (e)-[:JOINED]->(m:Membership) WHERE m.scheme IN $schemes }
MATCH (e)-[fact]->(thing) WHERE type(fact) IN keys($labels)
WITH DISTINCT thing, $labels[type(fact)] AS label
RETURN label, thing.id AS id, thing.category AS category
