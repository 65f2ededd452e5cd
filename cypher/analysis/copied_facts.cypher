// The facts that leave some entities, as an inspection copy has them: by day, and not how an obligation went.
//
// @mode   read
// @result many
// @param  ids      LIST<STRING>    Entity.id
// @return type     STRING          CONTACTED, OWED, BOUGHT or VISITED
// @return source   STRING          Entity.id
// @return target   STRING          Entity.id, Product.id or Site.id
// @return day      STRING          midnight before it was, or was due
// @return word     STRING          the channel of a contact, the kind of an obligation; null if there is none
// @return amount   FLOAT           null if there is none
// @return currency STRING          null if there is none
// @uses   entity_id
UNWIND $ids AS id
MATCH (e:Entity {id: id})
CALL (e) {
  MATCH (e)-[f:CONTACTED]->(other:Entity)
  RETURN 'CONTACTED' AS type, other.id AS target, f.at AS at, f.channel AS word, null AS amount, null AS currency
  UNION ALL
  MATCH (e)-[f:OWED]->(other:Entity)
  RETURN 'OWED' AS type, other.id AS target, f.due AS at, f.kind AS word, f.amount AS amount, f.currency AS currency
  UNION ALL
  MATCH (e)-[f:BOUGHT]->(product:Product)
  RETURN 'BOUGHT' AS type, product.id AS target, f.at AS at, null AS word, f.amount AS amount, f.currency AS currency
  UNION ALL
  MATCH (e)-[f:VISITED]->(site:Site)
  RETURN 'VISITED' AS type, site.id AS target, f.at AS at, null AS word, null AS amount, null AS currency
}
RETURN type, id AS source, target, toString(datetime.truncate('day', at)) AS day, word, amount, currency
