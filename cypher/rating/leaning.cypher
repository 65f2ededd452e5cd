// How many members' ratings lean on one thing, as the factors have staged it.
//
// What leans: more would be known from reporters without a voice than is known; or more than half of what is known comes
// from one partner, or is of one month, where more is known than one new fact tells.
//
// @mode   read
// @result one
// @param  scheme   STRING
// @param  members  INTEGER         largest rid + 1
// @param  factors  LIST<STRING>    the names of those that the policy has
// @return leaning  LIST<INTEGER>   members: by reporters without a voice, by one partner, by one month
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE 0 <= m.rid < $members AND m.next_leaning IS NOT NULL
WITH m.next_leaning AS leaning, reduce(sum = 0.0, name IN $factors | sum + m['next_' + name + '_evidence']) AS evidence
RETURN [sum(CASE WHEN leaning[0] > evidence THEN 1 ELSE 0 END),
        sum(CASE WHEN evidence > 1 AND leaning[1] > evidence / 2 THEN 1 ELSE 0 END),
        sum(CASE WHEN evidence > 1 AND leaning[2] > evidence / 2 THEN 1 ELSE 0 END)] AS leaning
