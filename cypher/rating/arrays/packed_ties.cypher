// The circle ties of the members in a range of rids as they are in the graph, packed.
//
// @mode   read
// @result one
// @param  scheme    STRING         Scheme.id
// @param  first     INTEGER        the smallest rid
// @param  end       INTEGER        the largest rid + 1
// @param  epoch     DATE           1970-01-01
// @return rids      LIST<INTEGER>  of the member, one for each tie; and in their order:
// @return contacts  LIST<INTEGER>  the rid of the contact
// @return places    LIST<INTEGER>  where it stands in the member's circle, from 0
// @return weights   LIST<FLOAT>    in hundredths
// @return strengths LIST<FLOAT>  in tenths
// @return days      LIST<INTEGER>  on which they were in contact
// @return lasts     LIST<INTEGER>  the last of these days, as days after `epoch`
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
MATCH (m)-[tie:INNER]->(contact)
RETURN collect(m.rid) AS rids, collect(contact.rid) AS contacts, collect(tie.place) AS places,
       collect(tie.weight) AS weights, collect(tie.strength) AS strengths, collect(tie.days) AS days,
       collect(duration.inDays($epoch, tie.last).days) AS lasts
