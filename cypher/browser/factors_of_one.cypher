// The factors of a rating: what each came to, and how much is known.
//
// @mode   read
// @result many
// @for    one entity
// @param  id       STRING          Membership.id
// @return factor   STRING          obligations, purchases or visits
// @return rate     FLOAT           in [0, 1]; null where the policy has no such factor
// @return known    FLOAT           weight of the events that counted: 1 for a new one, less as it ages
// @uses   membership_id
MATCH (m:Membership {id: $id})
UNWIND ['obligations', 'purchases', 'visits'] AS factor
WITH m, factor WHERE m[factor] IS NOT NULL
RETURN factor, round(m[factor], 3) AS rate,
       round(m.evidence[CASE factor WHEN 'obligations' THEN 0 WHEN 'purchases' THEN 1 ELSE 2 END], 2) AS known
