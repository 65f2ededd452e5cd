// The staged scores of the members in a range of rids, packed: publish.cypher is given those of all members.
//
// @mode   read
// @result one
// @param  scheme   STRING          Scheme.id
// @param  first    INTEGER         the smallest rid
// @param  end      INTEGER         the largest rid + 1
// @param  from     STRING          the property that holds [score, score under the veil] of the last sweep
// @return rids     LIST<INTEGER>   and of each, in their order:
// @return scores   LIST<FLOAT>
// @return veils    LIST<FLOAT>     scores under the veil
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE $first <= m.rid < $end
WITH m.rid AS rid, m[$from] AS staged WHERE staged IS NOT NULL
RETURN collect(rid) AS rids, collect(staged[0]) AS scores, collect(staged[1]) AS veils
