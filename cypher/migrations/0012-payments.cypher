// Payments of obligations: each is stored once, and found by its obligation.
CREATE CONSTRAINT paid_id IF NOT EXISTS FOR ()-[p:PAID]-() REQUIRE p.id IS UNIQUE;
CREATE INDEX paid_obligation IF NOT EXISTS FOR ()-[p:PAID]-() ON (p.obligation);

CALL db.awaitIndexes(120);
