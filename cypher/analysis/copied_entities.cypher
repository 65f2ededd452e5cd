// The entities of an inspection copy: members of one of these schemes, and those that share a fact with one.
//
// @mode   read
// @result many
// @param  schemes  LIST<STRING>    Scheme.id
// @return id       STRING          Entity.id
// @return kind     STRING          Person, Organisation or SoleTrader
// @return joined   BOOLEAN         whether it has joined one of the schemes
MATCH (e:Entity)
WITH e, EXISTS { (e)-[:JOINED]->(m:Membership) WHERE m.scheme IN $schemes } AS joined
WHERE joined
   OR EXISTS { (e)-[:CONTACTED|OWED]-(:Entity)-[:JOINED]->(m:Membership) WHERE m.scheme IN $schemes }
RETURN e.id AS id,
       CASE WHEN e:SoleTrader THEN 'SoleTrader' WHEN e:Organisation THEN 'Organisation' ELSE 'Person' END AS kind,
       joined
