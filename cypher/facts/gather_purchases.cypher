// The purchases of the members in a range of rids; instants are microseconds since 1970.
// Disputed ones are left out.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  first    INTEGER         the smallest rid
// @param  end      INTEGER         the largest rid + 1
// @return entity   STRING          Entity.id of the member
// @return product  STRING          Product.id
// @return category STRING          of the product
// @return at       INTEGER
// @return id       STRING
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
MATCH (m)<-[:JOINED]-(entity:Entity)
MATCH (entity)-[bought:BOUGHT]->(product:Product) WHERE bought.disputed IS NULL
RETURN entity.id AS entity, product.id AS product, product.category AS category,
       bought.at.epochSeconds * 1000000 + bought.at.microsecond AS at, bought.id AS id
