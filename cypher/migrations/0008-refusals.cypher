// Requests that were refused are noted first and put on record after the answer; lanes are what they wait for meanwhile.
CREATE CONSTRAINT refusal_id IF NOT EXISTS FOR (r:Refusal) REQUIRE r.id IS UNIQUE;
CREATE CONSTRAINT lane_id IF NOT EXISTS FOR (l:Lane) REQUIRE l.id IS UNIQUE;

CALL db.awaitIndexes(120);
