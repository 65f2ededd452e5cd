// Something has ended, and waits to be written into the journal outside the store.
//
// @mode   write
// @result none
// @param  kind      STRING          erased, left, objected, objects-no-more, grant or token
// @param  who       STRING          the keyed hash of the name that ended; of a token its id
// @param  at        ZONED DATETIME
// @param  objection STRING          of an objection the hash that the graph keeps; else null
// @param  until     STRING          of a token, when it would have expired; may be null
CREATE (:Ending {id: randomUUID(), kind: $kind, who: $who, at: $at, objection: $objection, until: $until})
