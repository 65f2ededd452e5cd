// The factors of a rating: what each came to, and how much is known.
//
// @mode   read
// @result many
// @for    one entity
// @param  id       STRING          Membership.id
// @return factor   STRING          of the scheme's policy
// @return rate     FLOAT           in [0, 1]
// @return known    FLOAT           weight of the events that counted: 1 for a new one, less as it ages
// @uses   membership_id
MATCH (m:Membership {id: $id})
UNWIND m.factors AS factor
RETURN factor, round(m[factor], 3) AS rate, round(m[factor + '_evidence'], 2) AS known
