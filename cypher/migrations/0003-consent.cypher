// What a person decides and what is done with it: grants, reads, disputes, objections, judgments, and requests that are
// not carried out twice.
CREATE CONSTRAINT grant_id IF NOT EXISTS FOR (g:Grant) REQUIRE g.id IS UNIQUE;
CREATE CONSTRAINT ledger_id IF NOT EXISTS FOR (l:Ledger) REQUIRE l.id IS UNIQUE;
CREATE CONSTRAINT access_id IF NOT EXISTS FOR (a:Access) REQUIRE a.id IS UNIQUE;
CREATE CONSTRAINT dispute_id IF NOT EXISTS FOR (d:Dispute) REQUIRE d.id IS UNIQUE;
CREATE CONSTRAINT contest_id IF NOT EXISTS FOR (c:Contest) REQUIRE c.id IS UNIQUE;
CREATE CONSTRAINT judgment_id IF NOT EXISTS FOR (j:Judgment) REQUIRE j.id IS UNIQUE;
CREATE CONSTRAINT objection_hash IF NOT EXISTS FOR (o:Objection) REQUIRE o.hash IS UNIQUE;
CREATE CONSTRAINT secret_name IF NOT EXISTS FOR (s:Secret) REQUIRE s.name IS UNIQUE;
CREATE CONSTRAINT load_id IF NOT EXISTS FOR (l:Load) REQUIRE l.id IS UNIQUE;
CREATE CONSTRAINT request_key IF NOT EXISTS FOR (r:Request) REQUIRE r.key IS UNIQUE;
CREATE CONSTRAINT revocation_id IF NOT EXISTS FOR (r:Revocation) REQUIRE r.id IS UNIQUE;

CREATE INDEX organisation_uscc IF NOT EXISTS FOR (o:Organisation) ON (o.uscc);
CREATE INDEX organisation_lei IF NOT EXISTS FOR (o:Organisation) ON (o.lei);
CREATE INDEX dispute_state IF NOT EXISTS FOR (d:Dispute) ON (d.state);

CALL db.awaitIndexes(120);
