// The other side of a disputed fact is told of the dispute: the other end of the fact, where that is an entity that is
// known. So far nobody was.
MATCH (entity:Entity)-[:OPENED]->(d:Dispute {state: 'open'})
CALL (d) {
  MATCH (source:Entity)-[:OWED {id: d.fact}]->(target:Entity) WHERE d.kind = 'obligations'
  RETURN [source, target] AS ends
  UNION
  MATCH (source:Entity)-[:CONTACTED {id: d.fact}]->(target:Entity) WHERE d.kind = 'contacts'
  RETURN [source, target] AS ends
}
FOREACH (other IN [side IN ends WHERE side <> entity AND NOT side:Anonymous] | MERGE (d)-[:TOLD]->(other));
