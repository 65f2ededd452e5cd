// Staged: each member's own conduct, the weighted mean of the rates of its factors; the sweeps start from it.
//
// The files of cypher/rating/factors stage a rate for each factor of the policy, and which disputes set facts aside.
// A disputed fact counts for nothing until it is decided. The number of facts set aside is staged beside the conduct
// that lacks them: those that the member disputes, and those that others do. A factor that weighs nothing lacks none.
//
// @mode   batch                    in Browser, begin with :auto
// @result none
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out; one transaction each
// @param  factors      LIST<MAP>   {name, weight}; the weights sum to 1
// @uses   membership_rid dispute_id
UNWIND $ranges AS span
CALL (span) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  WITH m,
       reduce(sum = 0.0, factor IN $factors | sum + factor.weight * m['next_' + factor.name]) AS conduct,
       reduce(ids = [], factor IN $factors |
         ids + CASE WHEN factor.weight > 0 THEN coalesce(m['next_' + factor.name + '_aside'], []) ELSE [] END) AS aside
  CALL (m, aside) {
    UNWIND aside AS id
    MATCH (dispute:Dispute {id: id})
    RETURN sum(CASE WHEN EXISTS { (m)<-[:JOINED]-(:Entity)-[:OPENED]->(dispute) } THEN 1 ELSE 0 END) AS raised
  }
  SET m.next_set_aside = CASE WHEN size(aside) > 0 THEN [raised, size(aside) - raised] END, m.next_conduct = conduct,
      m.next_own = [conduct, conduct + m.offset]
} IN 2 CONCURRENT TRANSACTIONS OF 1 ROW
