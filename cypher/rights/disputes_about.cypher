// The disputes of one fact, those that have ended among them, the oldest first.
//
// @mode   read
// @result many
// @param  kind      STRING         of the fact
// @param  fact      STRING         the fact's id
// @return entity    STRING         Entity.id of the member that opened it
// @return state     STRING         proposed, open, refused, upheld, rejected, expired or withdrawn
// @return statement STRING         what the member said
// @uses   dispute_fact
MATCH (d:Dispute {fact: $fact}) WHERE d.kind = $kind
MATCH (entity:Entity)-[:OPENED]->(d)
RETURN entity.id AS entity, d.state AS state, d.statement AS statement
ORDER BY d.opened, d.id
