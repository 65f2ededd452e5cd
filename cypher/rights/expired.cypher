// The number of facts of one kind that no policy wants kept any longer.
//
// The last instant that a fact has decides: an obligation is kept from when it was due, or settled if that was later.
// What is in dispute stays until it is decided.
//
// @mode   read
// @result one
// @for    loads
// @param  type     STRING          of the relationships that they are, such as OWED
// @param  time     STRING          the property that they count from: due of an obligation, at of any other
// @param  before   ZONED DATETIME  those of before are not kept
// @return facts    INTEGER
MATCH (:Entity)-[fact:$($type)]->()
WHERE fact[$time] < $before AND coalesce(fact.settled < $before, true) AND fact.disputed IS NULL
RETURN count(fact) AS facts
