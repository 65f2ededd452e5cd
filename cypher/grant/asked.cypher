// What somebody asks for who wants to read these in one scheme: whether there is a rating, and whether it is open.
//
// Whoever there is not has a row like everybody else.
//
// @mode   read
// @result many
// @param  scheme   STRING          Scheme.id
// @param  entities LIST<STRING>    Entity.id
// @return entity   STRING          as given
// @return member   BOOLEAN         whether it has joined the scheme
// @return rated    BOOLEAN         whether a run has rated it
// @return contested BOOLEAN        whether nobody may rely on the rating
// @return organisation BOOLEAN     whether it is one, and no sole trader: a policy may open these to every client
// @uses   membership_id
UNWIND $entities AS entity
OPTIONAL MATCH (m:Membership {id: $scheme + '|' + entity})<-[:JOINED]-(who:Entity)
RETURN entity, m IS NOT NULL AS member, m.score IS NOT NULL AS rated, m.contested IS NOT NULL AS contested,
       coalesce(who:Organisation AND NOT who:SoleTrader, false) AS organisation
ORDER BY entity
