// How large circles are: how many members have how many contacts.
//
// @mode   read
// @result many
// @for    community
// @param  scheme   STRING          Scheme.id
// @return contacts INTEGER         in the circle
// @return members  INTEGER         with so many
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE m.rid >= 0 AND m.circle IS NOT NULL
RETURN size(m.circle) AS contacts, count(*) AS members
ORDER BY contacts
