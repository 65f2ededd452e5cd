// A member is named as a founder of its scheme; one that is named already stays as it is.
//
// An organisation is a founder at once. A person, and a sole trader, is one when it has accepted.
// The caller holds the entity.
//
// @mode   write
// @result optional
// @param  id        STRING         Membership.id
// @param  by        STRING         the operator's name
// @param  now       ZONED DATETIME
// @return founding  MAP            scheme, and the properties of the naming
// @uses   membership_id scheme_id
MATCH (m:Membership {id: $id})
MATCH (m)<-[:JOINED]-(entity:Entity)
WITH entity, m.scheme AS scheme
MATCH (s:Scheme {id: scheme})
OPTIONAL MATCH (entity)-[known:FOUNDS]->(s) WHERE known.ended IS NULL
WITH entity, s, known, entity:Organisation AND NOT entity:SoleTrader AS at_once
FOREACH (_ IN CASE WHEN known IS NULL THEN [1] ELSE [] END |
  CREATE (entity)-[:FOUNDS {named: $now, named_by: $by, accepted: CASE WHEN at_once THEN $now END,
                            accepted_by: CASE WHEN at_once THEN $by END}]->(s))
WITH entity, s
MATCH (entity)-[f:FOUNDS]->(s) WHERE f.ended IS NULL
RETURN f {scheme: s.id, .named, .named_by, .accepted, .accepted_by, .ended, .ended_by} AS founding
