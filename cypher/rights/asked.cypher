// What a client must know to read these entities in one scheme: whether there is a rating, and whether it is open.
//
// An id without an entity has a row like every other. A grant holds until it is revoked or its time is over;
// leaving the scheme revokes it.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  entities LIST<STRING>    Entity.id
// @param  client   STRING          Grant.client
// @param  purpose  STRING          Grant.purpose
// @param  now      ZONED DATETIME
// @return entity   STRING          as given
// @return member   BOOLEAN         whether it has joined the scheme
// @return rated    BOOLEAN         whether a run has rated it
// @return contested BOOLEAN        whether nobody may rely on the rating
// @return organisation BOOLEAN     whether it is one, and no sole trader: a policy may open these to every client
// @return what     STRING          what its newest grant to the client for the purpose opens; null: there is none
// @uses   membership_id
UNWIND $entities AS entity
OPTIONAL MATCH (m:Membership {id: $scheme + '|' + entity})<-[:JOINED]-(who:Entity)
RETURN entity, m IS NOT NULL AS member, m.score IS NOT NULL AS rated, m.contested IS NOT NULL AS contested,
       coalesce(who:Organisation AND NOT who:SoleTrader, false) AS organisation,
       head(COLLECT {
         MATCH (who)-[:GAVE]->(grant:Grant {client: $client, purpose: $purpose, scheme: $scheme})
         WHERE grant.revoked IS NULL AND grant.until > $now
         RETURN grant.what ORDER BY grant.at DESC, grant.id LIMIT 1
       }) AS what
ORDER BY entity
