// What the graph holds: how many of each.
//
// @mode   read
// @result one
// @for    community
// @return persons       INTEGER
// @return organisations INTEGER    sole traders among them
// @return contacts      INTEGER
// @return obligations   INTEGER
// @return purchases     INTEGER
// @return visits        INTEGER
// @return memberships   INTEGER
// @return ties          INTEGER
// @return runs          INTEGER
RETURN COUNT { (:Person) } AS persons, COUNT { (:Organisation) } AS organisations,
       COUNT { ()-[:CONTACTED]->() } AS contacts, COUNT { ()-[:OWED]->() } AS obligations,
       COUNT { ()-[:BOUGHT]->() } AS purchases, COUNT { ()-[:VISITED]->() } AS visits,
       COUNT { (:Membership) } AS memberships, COUNT { ()-[:INNER]->() } AS ties, COUNT { (:Run) } AS runs
