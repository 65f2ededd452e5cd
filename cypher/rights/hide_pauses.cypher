// Pauses against an entity that is erased, or objects to being listed, lose its id, and stay.
//
// A salted hash stands in for the id, so that the pause holds should the same one join again: see restore_pauses.
// Nothing changes for an entity that takes part in a scheme.
//
// @mode   write
// @result none
// @param  entity    STRING         Entity.id, which the graph need not know
// @param  hash      STRING         sha256 of the salt of objections and Entity.id
// @uses   entity_id absent_id absent_hash
OPTIONAL MATCH (known:Entity {id: $entity})
OPTIONAL MATCH (absent:Absent {id: $entity})
WITH [each IN [known, absent] WHERE each IS NOT NULL AND NOT EXISTS { (known)-[:JOINED]->() }] AS paused
UNWIND paused AS each
MATCH (m:Membership)-[pause:PAUSED]->(each)
MERGE (nameless:Absent {hash: $hash})
MERGE (m)-[kept:PAUSED]->(nameless)
ON CREATE SET kept.at = pause.at
DELETE pause
