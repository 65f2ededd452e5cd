// A member contests its rating as a whole: until the contest is closed, the rating is shown as contested.
//
// Nothing is found where the entity is no member, is not rated yet, or contests the rating already.
//
// @mode   write
// @result optional
// @param  id         STRING        Contest.id: the new one's
// @param  membership STRING        Membership.id
// @param  statement  STRING        what the member says
// @param  by         STRING        the subject of the token that says so; null: not known
// @param  now        ZONED DATETIME
// @return id         STRING        Contest.id
// @uses   membership_id
MATCH (m:Membership {id: $membership})<-[:JOINED]-(entity:Entity)
REMOVE m.version                          // it has none: this only takes the node's write lock
WITH m, entity WHERE m.contested IS NULL AND m.score IS NOT NULL
SET m.contested = $id
CREATE (entity)-[:OPENED]->(contest:Contest {id: $id, scheme: m.scheme, statement: $statement, state: 'open',
                                             opened: $now, by: $by})
RETURN contest.id AS id
