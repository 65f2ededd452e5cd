// A member lets a client read its rating; an earlier grant to the same client for the same purpose ends with that.
//
// The caller holds the entity.
//
// @mode   write
// @result optional
// @param  entity   STRING          Entity.id
// @param  scheme   STRING          Scheme.id
// @param  id       STRING          of the new grant
// @param  client   STRING          the subject of the client's token
// @param  purpose  STRING          one of the scheme's
// @param  what     STRING          band, points or reasons
// @param  until    ZONED DATETIME  when it ends by itself
// @param  by       STRING          member, or the operator's name
// @param  now      ZONED DATETIME
// @return grant    MAP             the grant's properties
// @return ended    LIST<STRING>    Grant.id of those that it ends
// @uses   membership_id
MATCH (:Membership {id: $scheme + '|' + $entity})<-[:JOINED]-(who:Entity)
CALL (who) {
  MATCH (who)-[:GAVE]->(old:Grant {scheme: $scheme, client: $client, purpose: $purpose})
  WHERE old.revoked IS NULL AND old.until > $now
  SET old.revoked = $now
  RETURN collect(old.id) AS ended
}
CREATE (who)-[:GAVE]->(grant:Grant {id: $id, scheme: $scheme, client: $client, purpose: $purpose,
                                    what: $what, until: $until, at: $now, by: $by})
RETURN properties(grant) AS grant, ended
