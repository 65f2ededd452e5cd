// An entity leaves a scheme: its membership, rating, earlier ratings, circle ties and pauses are gone.
//
// Its grants in the scheme are revoked, and it is no founder of it any more. The members that had it in their circle, or lacked it
// there since a contact of the two is in dispute, and those on whom it reported by its voice, have to be re-rated: they come back.
// Until then the scheme is marked, and the weights of the ties that they have left sum to less than 1. A run that is under way lets
// these weigh the whole.
// What others have paused stays paused, should it join again. That it left is kept, so that a file that tells of an agreement from
// before does not bring it back.
//
// @mode   write
// @result optional
// @param  id        STRING         Membership.id
// @param  now       ZONED DATETIME
// @return scheme    STRING         Scheme.id
// @return followers LIST<INTEGER>  rids of the members who had it in their circle, or lacked it
// @return debtors   LIST<INTEGER>  rids of the members on whom it reported, where it had a voice: it speaks from outside now
// @return mark      STRING         in Scheme.unsettled, where there are such members
// @uses   membership_id scheme_id contest_id
MATCH (m:Membership {id: $id})
MATCH (m)<-[:JOINED]-(entity:Entity)
OPTIONAL MATCH (contest:Contest {id: m.contested})
SET contest.state = 'left', contest.closed = $now
WITH m, entity, m.scheme AS scheme, COLLECT {
       MATCH (m)<-[:INNER]-(follower:Membership)
       RETURN follower
       UNION
       MATCH (entity)-[c:CONTACTED]-(:Entity)-[:JOINED]->(follower:Membership {scheme: m.scheme}) WHERE c.disputed IS NOT NULL
       RETURN follower
     } AS followers,
     COLLECT {
       MATCH (entity)<-[:OWED]-(:Entity)-[:JOINED]->(debtor:Membership) WHERE m.voice IS NOT NULL AND debtor.scheme = m.scheme
       RETURN DISTINCT debtor
     } AS debtors,
     COUNT { (entity)-[:JOINED]->() } = 1 AS last,
     COLLECT { MATCH (m)-[:WAS]->(past:Past) RETURN past } AS pasts,
     COLLECT {
       MATCH (m)-[:PAUSED]->(absent:Absent) WHERE COUNT { (absent)<-[:PAUSED]-() } = 1
       RETURN absent
     } AS absents,
     COLLECT {
       MATCH (entity)-[:GAVE]->(grant:Grant) WHERE grant.scheme = m.scheme AND grant.revoked IS NULL
       RETURN grant
     } AS grants,
     COLLECT {
       MATCH (entity)-[f:FOUNDS]->(s:Scheme) WHERE s.id = m.scheme AND f.ended IS NULL
       RETURN f
     } AS foundings
FOREACH (grant IN grants | SET grant.revoked = $now)
FOREACH (founding IN foundings | SET founding.ended = $now, founding.ended_by = 'left')
FOREACH (each IN pasts + absents | DETACH DELETE each)
DETACH DELETE m
WITH entity, scheme, followers, debtors, last, CASE WHEN size(followers + debtors) > 0 THEN 'left ' + randomUUID() END AS mark
MATCH (s:Scheme {id: scheme})
MERGE (entity)-[gone:LEFT]->(s)
SET gone.at = $now
// who has joined nothing has no rating that a fact could be newer than
FOREACH (_ IN CASE WHEN last THEN [1] END | REMOVE entity.changed)
FOREACH (_ IN CASE WHEN mark IS NOT NULL THEN [1] END | SET s.unsettled = coalesce(s.unsettled, []) + [mark])
RETURN scheme, [follower IN followers | follower.rid] AS followers, [debtor IN debtors | debtor.rid] AS debtors, mark
