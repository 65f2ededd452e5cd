// Disputes by id: what they are about, what became of them, and which clients read the rating meanwhile.
//
// A dispute keeps no copy of its fact: of one that is removed, only the id is left.
//
// @mode   read
// @result many
// @param  ids       LIST<STRING>   Dispute.id
// @param  refs      MAP            {id: ref}: where facts_by_id found the fact; none where it is gone
// @param  types     MAP            {kind: type}: of the relationships that are facts
// @return id        STRING         Dispute.id
// @return entity    STRING         Entity.id of the member that opened it
// @return by        STRING         the subject of the token that said so; null where not known
// @return load      STRING         Load.id of the fact as it was disputed; null where that is not known
// @return kind      STRING         of the fact
// @return fact      STRING         the fact's id
// @return statement STRING         what the member says
// @return state     STRING         proposed, open, refused, upheld, rejected, expired or withdrawn
// @return proposed  ZONED DATETIME when it was proposed; null: it was open at once
// @return opened    ZONED DATETIME when it was opened or admitted; of one that was never admitted, when it was proposed
// @return reminded  ZONED DATETIME null: not reminded of
// @return admitted_by STRING       the person who admitted it; null: nobody had to, or has
// @return admission STRING         why
// @return told      STRING         Entity.id of the other side, which is told; null: there is none
// @return answer    STRING         what the other side says; null: nothing
// @return answered  ZONED DATETIME
// @return answered_by STRING       the subject of the token that said so
// @return disputing LIST<STRING>   of the tokens that act for the member that opened it, or ever did
// @return decided   ZONED DATETIME when it ended; null while it is open
// @return reviewer  STRING         the person who decided
// @return reason    STRING         why
// @return says      MAP            {source, target, at, due, settled, outcome, zone, amount, currency, kind, channel,
//                                  category, parts}: what the fact says; null where it is gone
// @return subjects  LIST<STRING>   of the tokens that act for the member or the entities in the fact, or ever did
// @return names     LIST<STRING>   Entity.name of the entities that the fact is about
// @return loaders   LIST<STRING>   Load.by: the people who loaded and corrected the fact, its category, or what was paid of it; empty where not known
// @return since     ZONED DATETIME when the fact was loaded, else when it was; null where neither is known
// @return readers   LIST<MAP>      {who, scheme, purpose, times, last}: clients who read a rating of this member from then on,
//                                  until the dispute ended
// @uses   dispute_id load_id paid_obligation
UNWIND $ids AS id
MATCH (entity:Entity)-[:OPENED]->(d:Dispute {id: id})
OPTIONAL MATCH (source:Entity)-[fact]->(target)
WHERE elementId(fact) = $refs[id] AND fact.id = d.fact AND type(fact) = $types[d.kind]
OPTIONAL MATCH (d)-[:TOLD]->(told:Entity)
OPTIONAL MATCH (loaded:Load {id: d.load})
OPTIONAL MATCH (corrected:Load {id: fact.load})
OPTIONAL MATCH (sorted:Load {id: target.load})   // that gave the product or site another category
WITH entity, d, fact, source, target, told, loaded, corrected, sorted,
     COLLECT {
       MATCH ()-[paid:PAID {obligation: d.fact}]->() USING INDEX SEEK paid:PAID(obligation)
       WHERE d.kind = 'obligations'
       MATCH (part:Load {id: paid.load})
       RETURN DISTINCT part.by
     } AS paid_by,
     coalesce(loaded.at, corrected.at, fact.at, fact.due) AS since
RETURN d.id AS id, entity.id AS entity, d.by AS by, d.load AS load, d.kind AS kind, d.fact AS fact,
       d.statement AS statement, d.state AS state, d.proposed AS proposed, d.opened AS opened, d.reminded AS reminded,
       d.admitted_by AS admitted_by, d.admission AS admission, told.id AS told, d.answer AS answer, d.answered AS answered,
       d.answered_by AS answered_by, coalesce(entity.subjects, []) AS disputing,
       d.decided AS decided, d.reviewer AS reviewer, d.reason AS reason,
       CASE WHEN fact IS NOT NULL THEN fact {source: source.id, target: target.id, category: target.category, .at, .due,
         .settled, .outcome, .zone, .amount, .currency, .kind, .channel, .parts} END AS says,
       coalesce(entity.subjects, []) + coalesce(source.subjects, []) + coalesce(target.subjects, [])
         + coalesce(told.subjects, []) AS subjects,
       [each IN [entity.name, source.name, target.name, told.name] WHERE each IS NOT NULL] AS names,
       [each IN [loaded.by, corrected.by, sorted.by] + paid_by WHERE each IS NOT NULL] AS loaders, since,
       COLLECT {
         MATCH (entity)<-[:ABOUT]-(ledger:Ledger)<-[:IN]-(a:Access)
         WHERE a.role = 'client' AND a.outcome = 'answered' AND a.what <> 'standing'
           AND coalesce(a.at >= since, true) AND coalesce(a.at <= d.decided, true)
         WITH a.who AS who, split(ledger.id, '|')[0] AS scheme, a.purpose AS purpose, count(*) AS times, max(a.at) AS last
         ORDER BY who, scheme, purpose
         RETURN {who: who, scheme: scheme, purpose: purpose, times: times, last: last}
       } AS readers
ORDER BY opened, id
