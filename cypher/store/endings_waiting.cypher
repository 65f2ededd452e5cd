// What has ended and is not in the journal yet, the oldest first.
//
// @mode   read
// @result many
// @return id        STRING          Ending.id
// @return kind      STRING          erased, left, objected, objects-no-more, grant or token
// @return who       STRING          the keyed hash of the name that ended; of a token its id
// @return at        ZONED DATETIME
// @return objection STRING          of an objection the hash that the graph keeps; else null
// @return until     STRING          of a token, when it would have expired; may be null
// there are none but those of this moment, and what a killed process left
MATCH (e:Ending)
RETURN e.id AS id, e.kind AS kind, e.who AS who, e.at AS at, e.objection AS objection, e.until AS until
ORDER BY at, id
