// The products and sites that an inspection copy has: those that a member of one of these schemes bought or visited.
//
// @mode   read
// @result many
// @param  schemes  LIST<STRING>    Scheme.id
// @return label    STRING          Product or Site
// @return id       STRING          Product.id or Site.id
// @return category STRING
CALL () {
  MATCH (p:Product)
  WHERE EXISTS { (p)<-[:BOUGHT]-(:Entity)-[:JOINED]->(m:Membership) WHERE m.scheme IN $schemes }
  RETURN 'Product' AS label, p.id AS id, p.category AS category
  UNION ALL
  MATCH (s:Site)
  WHERE EXISTS { (s)<-[:VISITED]-(:Entity)-[:JOINED]->(m:Membership) WHERE m.scheme IN $schemes }
  RETURN 'Site' AS label, s.id AS id, s.category AS category
}
RETURN label, id, category
