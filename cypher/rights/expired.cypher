// How many facts of each kind no policy wants kept any longer.
//
// The last instant that a fact has decides: an obligation is kept from when it was due, or settled if that was later.
// What is in dispute stays until it is decided.
//
// @mode   read
// @result one
// @for    loads
// @param  before      MAP             {contacts, obligations, purchases, visits}: instants; null: kept for good
// @return contacts    INTEGER
// @return obligations INTEGER
// @return purchases   INTEGER
// @return visits      INTEGER
RETURN COUNT { MATCH (:Entity)-[c:CONTACTED]->(:Entity) WHERE c.at < $before.contacts AND c.disputed IS NULL } AS contacts,
       COUNT { MATCH (:Entity)-[o:OWED]->(:Entity)
               WHERE o.due < $before.obligations AND coalesce(o.settled < $before.obligations, true)
                 AND o.disputed IS NULL } AS obligations,
       COUNT { MATCH (:Entity)-[b:BOUGHT]->(:Product) WHERE b.at < $before.purchases AND b.disputed IS NULL } AS purchases,
       COUNT { MATCH (:Entity)-[v:VISITED]->(:Site) WHERE v.at < $before.visits AND v.disputed IS NULL } AS visits
