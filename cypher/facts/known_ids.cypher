// Those of these ids that are known.
//
// @mode   read
// @result many
// @param  kind     STRING          entities, products, sites, contacts, obligations, payments, purchases, visits or judgments
// @param  ids      LIST<STRING>    of rows of this kind
// @return id       STRING          one that is known
// @uses   entity_id product_id site_id contacted_id owed_id paid_id bought_id visited_id judgment_id
UNWIND CASE WHEN $kind = 'entities' THEN $ids ELSE [] END AS id
MATCH (known:Entity {id: id}) USING INDEX SEEK known:Entity(id)
RETURN id
UNION ALL
UNWIND CASE WHEN $kind = 'products' THEN $ids ELSE [] END AS id
MATCH (known:Product {id: id}) USING INDEX SEEK known:Product(id)
RETURN id
UNION ALL
UNWIND CASE WHEN $kind = 'sites' THEN $ids ELSE [] END AS id
MATCH (known:Site {id: id}) USING INDEX SEEK known:Site(id)
RETURN id
UNION ALL
UNWIND CASE WHEN $kind = 'contacts' THEN $ids ELSE [] END AS id
MATCH ()-[known:CONTACTED {id: id}]->() USING INDEX SEEK known:CONTACTED(id)
RETURN id
UNION ALL
UNWIND CASE WHEN $kind = 'obligations' THEN $ids ELSE [] END AS id
MATCH ()-[known:OWED {id: id}]->() USING INDEX SEEK known:OWED(id)
RETURN id
UNION ALL
UNWIND CASE WHEN $kind = 'payments' THEN $ids ELSE [] END AS id
MATCH ()-[known:PAID {id: id}]->() USING INDEX SEEK known:PAID(id)
RETURN id
UNION ALL
UNWIND CASE WHEN $kind = 'purchases' THEN $ids ELSE [] END AS id
MATCH ()-[known:BOUGHT {id: id}]->() USING INDEX SEEK known:BOUGHT(id)
RETURN id
UNION ALL
UNWIND CASE WHEN $kind = 'visits' THEN $ids ELSE [] END AS id
MATCH ()-[known:VISITED {id: id}]->() USING INDEX SEEK known:VISITED(id)
RETURN id
UNION ALL
UNWIND CASE WHEN $kind = 'judgments' THEN $ids ELSE [] END AS id
MATCH (known:Judgment {id: id}) USING INDEX SEEK known:Judgment(id)
RETURN id
