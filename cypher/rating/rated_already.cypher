// Whether a run at this instant would find nothing to do: the last one rated at it or later, by the present policy, and all is passed on.
//
// @mode   read
// @result one
// @param  scheme   STRING          Scheme.id
// @param  as_of    ZONED DATETIME  what happened before counts
// @return already  BOOLEAN         false before the first run
// @uses   scheme_id run_id membership_rid
MATCH (s:Scheme {id: $scheme})
OPTIONAL MATCH (r:Run {id: s.run})
RETURN coalesce(r.as_of >= $as_of AND r.hash = s.hash, false) AND s.unsettled IS NULL AND r.stale IS NULL
       AND NOT EXISTS {
         MATCH (m:Membership {scheme: $scheme}) WHERE m.rid >= 0
         MATCH (m)<-[:JOINED]-(entity:Entity)
         WHERE m.run IS NULL OR entity.changed > coalesce(m.rerated, r.started)
       } AS already
