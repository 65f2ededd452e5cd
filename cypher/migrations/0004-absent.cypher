// Somebody whom a member has paused, and whom the graph does not know yet, has a node of its own until it is loaded.
CREATE CONSTRAINT absent_id IF NOT EXISTS FOR (a:Absent) REQUIRE a.id IS UNIQUE;

CALL db.awaitIndexes(120);
