// A member is no founder of its scheme and is not asked to be one; that it was stays on record.
//
// The caller holds the entity.
//
// @mode   write
// @result optional
// @param  id        STRING         Membership.id
// @param  by        STRING         member, or the operator's name
// @param  now       ZONED DATETIME
// @return founding  MAP            scheme, and the properties of what has ended; null: there was nothing to end
// @uses   membership_id
MATCH (m:Membership {id: $id})
MATCH (m)<-[:JOINED]-(entity:Entity)
OPTIONAL MATCH (entity)-[f:FOUNDS]->(s:Scheme) WHERE s.id = m.scheme AND f.ended IS NULL
SET f.ended = $now, f.ended_by = $by
RETURN f {scheme: s.id, .named, .named_by, .accepted, .accepted_by, .ended, .ended_by} AS founding
