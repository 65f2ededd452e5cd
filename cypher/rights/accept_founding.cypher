// A member that was named as a founder of its scheme is one from now on; one that has accepted before stays as it is.
//
// The caller holds the entity.
//
// @mode   write
// @result optional
// @param  id        STRING         Membership.id
// @param  by        STRING         member, or the operator's name
// @param  now       ZONED DATETIME
// @return founding  MAP            scheme, and the properties of the naming; null: it is not named, or not any more
// @uses   membership_id
MATCH (m:Membership {id: $id})
MATCH (m)<-[:JOINED]-(entity:Entity)
OPTIONAL MATCH (entity)-[f:FOUNDS]->(s:Scheme) WHERE s.id = m.scheme AND f.ended IS NULL
SET f.accepted = coalesce(f.accepted, $now), f.accepted_by = coalesce(f.accepted_by, $by)
RETURN f {scheme: s.id, .named, .named_by, .accepted, .accepted_by, .ended, .ended_by} AS founding
