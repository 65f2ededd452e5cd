// Every identity is unique, and the members of a scheme are found by their rid.
CREATE CONSTRAINT migration_version IF NOT EXISTS FOR (m:Migration) REQUIRE m.version IS UNIQUE;

CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (e:Entity) REQUIRE e.id IS UNIQUE;
CREATE CONSTRAINT product_id IF NOT EXISTS FOR (p:Product) REQUIRE p.id IS UNIQUE;
CREATE CONSTRAINT site_id IF NOT EXISTS FOR (s:Site) REQUIRE s.id IS UNIQUE;
CREATE CONSTRAINT scheme_id IF NOT EXISTS FOR (s:Scheme) REQUIRE s.id IS UNIQUE;
CREATE CONSTRAINT membership_id IF NOT EXISTS FOR (m:Membership) REQUIRE m.id IS UNIQUE;
CREATE CONSTRAINT run_id IF NOT EXISTS FOR (r:Run) REQUIRE r.id IS UNIQUE;

CREATE CONSTRAINT contacted_id IF NOT EXISTS FOR ()-[c:CONTACTED]-() REQUIRE c.id IS UNIQUE;
CREATE CONSTRAINT owed_id IF NOT EXISTS FOR ()-[o:OWED]-() REQUIRE o.id IS UNIQUE;
CREATE CONSTRAINT bought_id IF NOT EXISTS FOR ()-[b:BOUGHT]-() REQUIRE b.id IS UNIQUE;
CREATE CONSTRAINT visited_id IF NOT EXISTS FOR ()-[v:VISITED]-() REQUIRE v.id IS UNIQUE;

CREATE INDEX membership_rid IF NOT EXISTS FOR (m:Membership) ON (m.scheme, m.rid);

CALL db.awaitIndexes(120);
