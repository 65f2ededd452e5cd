// What a re-rating goes by: the scheme's last run, and the members who joined since and have no rating yet.
//
// @mode   read
// @result optional
// @param  scheme    STRING         Scheme.id
// @return run       STRING         Run.id
// @return as_of     ZONED DATETIME the instant at which that run rated
// @return policy    STRING         the text of the policy that it used
// @return bound     FLOAT          how far a score can be from the exact one after it
// @return members   INTEGER        largest rid + 1
// @return newcomers LIST<INTEGER>  rids without a rating
// @return unsettled LIST<STRING>   runs and re-ratings that broke off after they wrote circles, and members that left
// @return now       ZONED DATETIME by the server's clock
// @uses   scheme_id run_id membership_rid
MATCH (s:Scheme {id: $scheme})
MATCH (r:Run {id: s.run})
RETURN r.id AS run, r.as_of AS as_of, r.policy AS policy, r.bound AS bound, s.next_rid AS members,
       COLLECT { MATCH (m:Membership {scheme: $scheme}) WHERE m.rid >= r.range AND m.score IS NULL RETURN m.rid } AS newcomers,
       coalesce(s.unsettled, []) AS unsettled, datetime() AS now
