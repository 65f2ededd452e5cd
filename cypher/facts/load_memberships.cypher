// Entities join schemes: each gets a membership with the next rid of its scheme.
//
// The notice that a row names is what the entity agreed to: its version, or its version and hash. It must be
// one that the scheme published. Without a published scheme there is nothing to agree to. What a file says that an entity
// agreed to before it left does not bring it back.
// Where the scheme wants an age, a person must have it when joining, and so must a sole trader whose birth is known.
//
// @mode   write
// @result one
// @param  rows      LIST<MAP>      {line, entity, scheme, at, notice}; times as ISO 8601 text
// @param  how       STRING         where the agreement comes from: member, operator or file
// @return stored    INTEGER        rows that are new
// @return completed INTEGER        always 0: every value of a membership is required
// @return known     INTEGER        rows that say nothing new
// @return rejects   LIST<MAP>      {line, column, value, reason}
// @return touched   LIST<STRING>   Scheme.id: where someone joined
// @uses   entity_id scheme_id membership_id
UNWIND $rows AS row
OPTIONAL MATCH (entity:Entity {id: row.entity}) USING INDEX SEEK entity:Entity(id)
OPTIONAL MATCH (scheme:Scheme {id: row.scheme}) USING INDEX SEEK scheme:Scheme(id)
OPTIONAL MATCH (known:Membership {id: row.scheme + '|' + row.entity}) USING INDEX SEEK known:Membership(id)
OPTIONAL MATCH (known)<-[joined:JOINED]-()
OPTIONAL MATCH (entity)-[gone:LEFT]->(scheme)
WITH row, entity, scheme, joined, gone,
     head([n IN scheme.notices WHERE n = row.notice OR split(n, ' ')[0] = row.notice]) AS notice
WITH row, entity, scheme, joined, gone, notice, CASE
  WHEN entity IS NULL THEN {line: row.line, column: 'entity', value: row.entity, reason: 'there is no such entity'}
  WHEN scheme IS NULL THEN {line: row.line, column: 'scheme', value: row.scheme, reason: 'no such scheme is published'}
  WHEN notice IS NULL THEN {line: row.line, column: 'notice', value: row.notice, reason: 'the scheme published no such notice'}
  WHEN joined IS NULL AND $how = 'file' AND datetime(row.at) <= gone.at
    THEN {line: row.line, column: 'at', value: row.at,
          reason: 'the entity left on ' + toString(date(gone.at)) + ', and agreed to this before: joining anew takes a new agreement'}
  WHEN joined IS NULL AND entity:Person AND entity.born IS NULL AND scheme.minimum_age IS NOT NULL
    THEN {line: row.line, column: 'entity', value: row.entity,
          reason: 'of unknown age, and a new member must be ' + toString(scheme.minimum_age) + ' years old'}
  WHEN joined IS NULL AND (entity:Person OR entity:SoleTrader)
       AND duration.between(entity.born, date(datetime(row.at))).years < scheme.minimum_age
    THEN {line: row.line, column: 'entity', value: row.entity,
          reason: 'too young: a new member must be ' + toString(scheme.minimum_age) + ' years old'}
  WHEN joined.at <> datetime(row.at) THEN {line: row.line, column: 'at', value: row.at, reason: 'the entity joined at another time'}
  WHEN joined.notice <> notice THEN {line: row.line, column: 'notice', value: row.notice, reason: 'the entity agreed to another notice'}
END AS reject
WITH collect({row: row, entity: entity, scheme: scheme, notice: notice, gone: gone, new: reject IS NULL AND joined IS NULL}) AS checked,
     collect(reject) AS rejects
CALL (checked) {
  UNWIND checked AS each
  WITH each WHERE each.new
  WITH each.scheme AS scheme, collect(each) AS joining
  REMOVE scheme.rid                       // it has none: this only takes the node's write lock
  SET scheme.next_rid = coalesce(scheme.next_rid, 0) + size(joining)
  WITH joining, scheme.next_rid - size(joining) AS first
  FOREACH (each IN joining | FOREACH (gone IN CASE WHEN each.gone IS NULL THEN [] ELSE [each.gone] END | DELETE gone))
  WITH joining, first
  UNWIND range(0, size(joining) - 1) AS i
  WITH joining[i] AS each, joining[i].entity AS entity, first + i AS rid
  CREATE (entity)-[:JOINED {at: datetime(each.row.at), notice: each.notice, how: $how}]->(:Membership {
    id: each.row.scheme + '|' + each.row.entity, scheme: each.row.scheme, rid: rid
  })
  RETURN count(*) AS stored
}
RETURN stored, 0 AS completed, size(checked) - stored - size(rejects) AS known, rejects,
       COLLECT { UNWIND checked AS each WITH each WHERE each.new RETURN DISTINCT each.row.scheme } AS touched
