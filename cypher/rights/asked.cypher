// What a client must know to read these entities in one scheme: whether there is a rating, and whether it is open.
//
// An id without an entity has a row like every other. A grant holds until it is revoked or its time is over;
// leaving the scheme revokes it. Of a member of whom something may be open there is also the end of its ledger: as it
// was read, a thing at a time, so only who holds the ledger knows that it is so.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  entities LIST<STRING>    Entity.id
// @param  client   STRING          Grant.client
// @param  purpose  STRING          Grant.purpose
// @param  now      ZONED DATETIME
// @param  ends     BOOLEAN         whether the ends of ledgers are told
// @return entity   STRING          as given
// @return member   BOOLEAN         whether it has joined the scheme
// @return rated    BOOLEAN         whether a run has rated it
// @return contested BOOLEAN        whether nobody may rely on the rating
// @return organisation BOOLEAN     whether it is one, and no sole trader: a policy may open these to every client
// @return what     STRING          what its newest grant to the client for the purpose opens; null: there is none
// @return grant    STRING          Grant.id of that
// @return count    INTEGER         how many records its ledger says that it has; null where there is no ledger
// @return head     STRING          the hash that it says its last record has
// @return last     MAP             the record of that number, its instant as text in UTC; null where there is none
// @uses   membership_id ledger_id access_id
UNWIND $entities AS entity
OPTIONAL MATCH (m:Membership {id: $scheme + '|' + entity})<-[:JOINED]-(who:Entity)
WITH entity, m IS NOT NULL AS member, m.score IS NOT NULL AS rated, m.contested IS NOT NULL AS contested,
     coalesce(who:Organisation AND NOT who:SoleTrader, false) AS organisation,
     head(COLLECT {
       MATCH (who)-[:GAVE]->(grant:Grant {client: $client, purpose: $purpose, scheme: $scheme})
       WHERE grant.revoked IS NULL AND grant.until > $now
       RETURN grant {.id, .what} ORDER BY grant.at DESC, grant.id LIMIT 1
     }) AS grant
WITH *, CASE WHEN $ends AND rated AND (organisation OR grant IS NOT NULL) THEN $scheme + '|' + entity END AS wanted
OPTIONAL MATCH (ledger:Ledger {id: wanted})
USING INDEX SEEK ledger:Ledger(id)        // while the graph fills, the server would read the whole index
OPTIONAL MATCH (a:Access {id: wanted + '|' + toString(ledger.count)})-[:IN]->(ledger)
USING INDEX SEEK a:Access(id)
RETURN entity, member, rated, contested, organisation, grant.what AS what, grant.id AS grant,
       ledger.count AS count, ledger.head AS head,
       // as text, as in ledger_ends
       a {.*, at: CASE WHEN a.at IS :: ZONED DATETIME NOT NULL
         THEN toString(datetime({datetime: a.at, timezone: 'Z'})) END} AS last
ORDER BY entity
