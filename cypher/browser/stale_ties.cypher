// Stale ties: they count, although the last contact was 180 days or more before the run.
//
// @mode   read
// @result many
// @for    community
// @param  scheme   STRING          Scheme.id
// @return member   NODE            the membership
// @return tie      RELATIONSHIP    `last` is the last day of contact
// @return contact  NODE            a contact in the circle
// @uses   scheme_id
// @uses   run_id
// @uses   membership_rid
MATCH (s:Scheme {id: $scheme})
MATCH (r:Run {id: s.run})
MATCH (member:Membership {scheme: s.id})-[tie:INNER]->(contact:Membership)
WHERE member.rid >= 0 AND tie.last < date(r.as_of) - duration({days: 180})
RETURN member, tie, contact
ORDER BY tie.last, member.rid
LIMIT 60
