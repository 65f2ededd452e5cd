// Reads are on record, all of them or none: where each ledger still ends, and each grant still holds, as it was found.
//
// They were looked for without a lock. Here the ledgers are held and then the grants, as everywhere, and after that it
// is looked whether all is as it was: who else reads one of these members, or ends a grant, comes before or after.
//
// @mode   write
// @result one
// @param  rows     LIST<MAP>       {ledger, number, what, outcome, previous, hash, grant}: what differs between the records, and
//                                  Grant.id of what the read is under; null where it takes none
// @param  said     MAP             {who, role, purpose, at}: the same in all; the last one is now, as ISO 8601 text
// @return recorded BOOLEAN         false: something has changed, and nothing was written
// @uses   ledger_id grant_id membership_id
UNWIND $rows AS row
MATCH (ledger:Ledger {id: row.ledger})
USING INDEX SEEK ledger:Ledger(id)        // while the graph fills, the server would read the whole index
WITH row, ledger ORDER BY row.ledger      // two that hold several take them in the same order
REMOVE ledger.rid                         // it has none: this only takes the node's write lock
WITH collect({row: row, ledger: ledger}) AS held
CALL (held) {
  UNWIND $rows AS row
  MATCH (grant:Grant {id: row.grant})
  USING INDEX SEEK grant:Grant(id)
  WITH grant ORDER BY grant.id            // two that hold several take them in the same order
  REMOVE grant.version                    // it has none: this only takes the node's write lock
  RETURN collect(grant) AS grants
}
WITH held, grants, datetime($said.at) AS now
WITH held, now, size(held) = size($rows)
     AND all(each IN held WHERE each.ledger.count = each.row.number - 1 AND each.ledger.head = each.row.previous)
     AND size(grants) = size([row IN $rows WHERE row.grant IS NOT NULL])
     AND all(grant IN grants WHERE grant.revoked IS NULL AND grant.until > now)
     // leaving ends grants; of a read that takes none it is looked for the membership, which has the ledger's id
     AND size([row IN $rows WHERE row.grant IS NULL]) = COUNT {
       UNWIND $rows AS row
       WITH CASE WHEN row.grant IS NULL THEN row.ledger END AS id
       MATCH (m:Membership {id: id})
       USING INDEX SEEK m:Membership(id)
     } AS recorded
CALL (held, now, recorded) {
  UNWIND CASE WHEN recorded THEN held ELSE [] END AS each
  WITH each.row AS row, each.ledger AS ledger
  CREATE (:Access {id: row.ledger + '|' + toString(row.number), ledger: row.ledger, number: row.number, at: now,
                   who: $said.who, role: $said.role, purpose: $said.purpose, what: row.what, outcome: row.outcome,
                   previous: row.previous, hash: row.hash})-[:IN]->(ledger)
  SET ledger.head = row.hash, ledger.count = row.number
}
RETURN recorded
