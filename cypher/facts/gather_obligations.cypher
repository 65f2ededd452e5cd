// What the members in a range of rids owe or owed; instants are microseconds since 1970.
// Disputed ones are left out.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  first    INTEGER         the smallest rid
// @param  end      INTEGER         the largest rid + 1
// @return debtor   STRING          Entity.id of the member
// @return creditor STRING          Entity.id
// @return due      INTEGER
// @return settled  INTEGER         null: open
// @return outcome  FLOAT           in [0, 1]; null: not given
// @return zone     STRING          in which its days are meant; null: UTC
// @return id       STRING
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
MATCH (m)<-[:JOINED]-(entity:Entity)
MATCH (entity)-[owed:OWED]->(creditor:Entity) WHERE owed.disputed IS NULL
RETURN entity.id AS debtor, creditor.id AS creditor,
       owed.due.epochSeconds * 1000000 + owed.due.microsecond AS due,
       owed.settled.epochSeconds * 1000000 + owed.settled.microsecond AS settled,
       owed.outcome AS outcome, owed.zone AS zone, owed.id AS id
