// Every obligation of an entity and towards it, the oldest first.
//
// @mode   read
// @result many
// @param  entity   STRING          Entity.id
// @return id       STRING
// @return role     STRING          debtor or creditor: what this entity is in it
// @return other    STRING          Entity.id of the other end
// @return kind     STRING
// @return amount   FLOAT
// @return currency STRING
// @return due      ZONED DATETIME
// @return settled  ZONED DATETIME  null: open
// @return parts    INTEGER         payments that settled it; null where it is open, or a row of its own says when it was settled
// @return outcome  FLOAT           in [0, 1]
// @return zone     STRING          in which its days are meant; null: UTC
// @return disputed BOOLEAN         whether it is in dispute, and counts for nothing; null: it is not this entity's to dispute
// @return load     STRING          Load.id
// @uses   entity_id
MATCH (e:Entity {id: $entity})
MATCH (e)-[o:OWED]-(other:Entity)
RETURN o.id AS id, CASE startNode(o) WHEN e THEN 'debtor' ELSE 'creditor' END AS role, other.id AS other, o.kind AS kind,
       o.amount AS amount, o.currency AS currency, o.due AS due, o.settled AS settled, o.parts AS parts,
       o.outcome AS outcome, o.zone AS zone,
       CASE startNode(o) WHEN e THEN o.disputed IS NOT NULL END AS disputed, o.load AS load
ORDER BY due, id
