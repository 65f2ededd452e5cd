// The kinds of rows that the graph has any of.
//
// @mode   read
// @result one
// @return kinds    LIST<STRING>    of entities, products, sites, contacts, obligations, payments, purchases, visits, judgments
RETURN [each IN [
  {kind: 'entities', known: EXISTS { MATCH (:Entity) }},
  {kind: 'products', known: EXISTS { MATCH (:Product) }},
  {kind: 'sites', known: EXISTS { MATCH (:Site) }},
  {kind: 'contacts', known: EXISTS { MATCH ()-[:CONTACTED]->() }},
  {kind: 'obligations', known: EXISTS { MATCH ()-[:OWED]->() }},
  {kind: 'payments', known: EXISTS { MATCH ()-[:PAID]->() }},
  {kind: 'purchases', known: EXISTS { MATCH ()-[:BOUGHT]->() }},
  {kind: 'visits', known: EXISTS { MATCH ()-[:VISITED]->() }},
  {kind: 'judgments', known: EXISTS { MATCH (:Judgment) }}
] WHERE each.known | each.kind] AS kinds
