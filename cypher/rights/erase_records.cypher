// What was noted about an entity is gone: grants, namings as a founder, reads, disputes, answers, contests, judgments, requests; and itself.
//
// @mode   write
// @result one
// @param  id          STRING       Entity.id
// @return grants      INTEGER      that are gone
// @return foundings   INTEGER      namings as a founder of a scheme, that are gone with it
// @return accesses    INTEGER      that are gone with their ledgers
// @return disputes    INTEGER
// @return answers     INTEGER      to disputes of others
// @return contests    INTEGER
// @return judgments   INTEGER
// @return requests    INTEGER      that are gone
// @return changes     LIST<STRING> JSON: what these requests had left to be passed on, which is of others too
// @uses   entity_id ledger_id
MATCH (entity:Entity {id: $id})
WITH entity, COLLECT {
       MATCH (entity)<-[:ABOUT]-(ledger:Ledger)
       RETURN ledger
       UNION
       MATCH (s:Scheme)
       MATCH (ledger:Ledger {id: s.id + '|' + $id})
       RETURN ledger
       UNION
       MATCH (ledger:Ledger {id: '|' + $id})
       RETURN ledger
     } AS ledgers
WITH entity, ledgers,
     COLLECT { UNWIND ledgers AS ledger MATCH (ledger)<-[:IN]-(access:Access) RETURN access } AS accesses,
     COLLECT { MATCH (entity)-[:GAVE]->(grant:Grant) RETURN grant } AS grants,
     COLLECT { MATCH (entity)-[:OPENED]->(dispute:Dispute) RETURN dispute } AS disputes,
     COLLECT { MATCH (entity)<-[:TOLD]-(told:Dispute) WHERE told.answered IS NOT NULL RETURN told } AS answered,
     COLLECT { MATCH (entity)-[:OPENED]->(contest:Contest) RETURN contest } AS contests,
     COLLECT { MATCH (entity)<-[:AGAINST]-(judgment:Judgment) RETURN judgment } AS judgments,
     COLLECT { MATCH (entity)<-[:FROM]-(request:Request) RETURN request } AS requests
WITH *, COUNT { (entity)-[:FOUNDS]->(:Scheme) } AS foundings,
     COLLECT { UNWIND requests AS request WITH request WHERE request.changes IS NOT NULL
                  RETURN request.changes } AS changes
FOREACH (each IN answered | REMOVE each.answer, each.answered, each.answered_by)
FOREACH (each IN grants + accesses + ledgers + disputes + contests + judgments + requests + [entity] | DETACH DELETE each)
RETURN size(grants) AS grants, foundings, size(accesses) AS accesses, size(disputes) AS disputes,
       size(answered) AS answers, size(contests) AS contests,
       size(judgments) AS judgments, size(requests) AS requests, changes
