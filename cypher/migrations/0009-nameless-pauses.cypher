// Of somebody whom a member has paused, and who was erased or objects to being listed, a salted hash is left.
CREATE CONSTRAINT absent_hash IF NOT EXISTS FOR (a:Absent) REQUIRE a.hash IS UNIQUE;

CALL db.awaitIndexes(120);
