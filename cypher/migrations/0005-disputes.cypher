// What is disputed is found by the fact, and contested ratings while they are.
CREATE INDEX dispute_fact IF NOT EXISTS FOR (d:Dispute) ON (d.fact);
CREATE INDEX contest_state IF NOT EXISTS FOR (c:Contest) ON (c.state);

CALL db.awaitIndexes(120);
