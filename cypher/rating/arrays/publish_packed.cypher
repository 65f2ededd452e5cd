// Ratings that were worked out outside the database are published: each membership's whole rating changes in one transaction.
//
// What is written, and what of the old rating is kept, is as in publish.cypher. A band's label is touched only where the band
// is another one. A member that has fewer circle ties than `circles` says has lost a contact that left meanwhile: it is not
// published, but comes back with the contacts that it still has ties with. While a run is under way ties go and none comes.
// Making (:Past) locks relationships of others: members whose caption changes are for one transaction after the other.
//
// @mode   write
// @result one
// @param  scheme       STRING
// @param  factors      LIST<STRING>  the names of those that the policy has
// @param  bands        LIST<MAP>   {name, from, label}, ascending by from, in points; the first is new, where there is one
// @param  known_from   FLOAT       evidence: a member with less is new; 0: nobody is
// @param  run          STRING      Run.id
// @param  started      ZONED DATETIME  of the run
// @param  rids         LIST<INTEGER>  of the members; and of each, in their order:
// @param  own          LIST<MAP>   the rate of each factor by its name, and its evidence by the name with `_evidence` behind it
// @param  evidences    LIST<LIST<FLOAT>>  in their order
// @param  conducts     LIST<FLOAT>
// @param  voices       LIST<FLOAT>  null: none
// @param  aside        LIST<LIST<INTEGER>>  own facts in dispute [of the member, of others], then contacts by the same
// @param  circles      LIST<LIST<INTEGER>>  the contacts' rids, ascending; and in their order:
// @param  weights      LIST<LIST<FLOAT>>
// @param  used         LIST<LIST<FLOAT>>  the score of each
// @param  seen         LIST<LIST<FLOAT>>  the same under the veil, in [0, 1]
// @param  scores       LIST<FLOAT>  made from `used`
// @param  shown_scores LIST<FLOAT>  made from `seen`
// @param  veiled       LIST<FLOAT>  the scores under the veil
// @return ties         INTEGER     in the circles that were published
// @return unfit        LIST<MAP>   {rid, tied}: members that were not published, and the rids of the contacts that they have
// @uses   membership_rid
UNWIND range(0, size($rids) - 1) AS i
MATCH (m:Membership {scheme: $scheme, rid: $rids[i]})
WITH m, i, COUNT { (m)-[:INNER]->() } AS tied
CALL (m, i, tied) {
  WITH m, i WHERE tied = size($circles[i])
  // all properties by one look at the membership: each by itself would be looked for among all of them
  WITH m, i, properties(m) AS was, $scores[i] AS score,
       350 + 600 * $scores[i] AS points, 350 + 600 * $shown_scores[i] AS shownPoints
  // Whole points decide the band, since they are what is shown; digits below 1e-6 are noise of the sum.
  WITH m, i, was, score, points, shownPoints, toInteger(round(round(points, 6))) AS whole,
       toInteger(round(round(shownPoints, 6))) AS shownWhole,
       round(reduce(sum = 0.0, each IN $evidences[i] | sum + each), 9) < $known_from AS new
  WITH m, i, was, score, points, shownPoints, whole, shownWhole,
       CASE WHEN new THEN $bands[0] ELSE [band IN $bands WHERE band.from <= whole][-1] END AS band,
       CASE WHEN new THEN $bands[0] ELSE [band IN $bands WHERE band.from <= shownWhole][-1] END AS shownBand
  WITH m, i, was, score, points, shownPoints, band,
       toString(whole) + ' ' + band.name AS exact, toString(shownWhole) + ' ' + shownBand.name AS shown,
       toString(toInteger(round(round(was.points, 6)))) + ' ' + was.band AS before,
       reduce(sum = 0, each IN $aside[i] | sum + each) AS disputed
  WITH *, $own[i] AS own, CASE WHEN disputed > 0 THEN $aside[i] END AS set_aside,
       exact + CASE disputed WHEN 0 THEN '' WHEN 1 THEN ', 1 fact in dispute'
                 ELSE ', ' + toString(disputed) + ' facts in dispute' END AS caption
  FOREACH (_ IN CASE WHEN before <> exact OR was.shown <> shown THEN [1] END |
    CREATE (m)-[:WAS]->(past:Past)
    SET past = was {.run, .rerated, .since, .score, .points, .band, .caption, .conduct, .factors, .circle, .weights,
                  .used, .seen, .shown_points, .shown}
    FOREACH (name IN was.factors | SET past[name] = was[name], past[name + '_evidence'] = was[name + '_evidence']))
  // where another policy had a band of this name, it is the same label
  FOREACH (_ IN CASE WHEN was.band IS NULL OR was.band <> band.name THEN [1] END |
    REMOVE m:$([label IN labels(m) WHERE label STARTS WITH 'Band'])
    SET m:$(band.label))
  // a factor that the policy does not have any more leaves nothing behind
  FOREACH (name IN [name IN was.factors WHERE NOT name IN $factors] | SET m[name] = null, m[name + '_evidence'] = null)
  // what a run in Cypher or a re-rating has left that broke off
  FOREACH (staged IN [key IN keys(was) WHERE key STARTS WITH 'next_'] | SET m[staged] = null)
  // one SET: each of them looks at all that the membership has
  SET m += own {
        .*, factors: $factors, conduct: $conducts[i], voice: $voices[i], set_aside: set_aside,
        circle: $circles[i], weights: $weights[i], used: $used[i], seen: $seen[i],
        score: score, points: points, band: band.name, caption: caption,
        veiled: $veiled[i], shown_points: shownPoints, shown: shown,
        since: CASE WHEN before = exact AND was.shown = shown THEN was.since ELSE $started END,
        run: $run, rerated: null, seal: $run + ' ' + toString(score) + ' ' + band.name
               + reduce(text = '', each IN coalesce(set_aside, []) | text + ' ' + toString(each))
      }
  RETURN count(m) AS published
}
WITH sum(CASE published WHEN 0 THEN 0 ELSE tied END) AS ties, collect(CASE published WHEN 0 THEN m END) AS left
RETURN ties, [m IN left | {
         rid: m.rid,
         tied: COLLECT { MATCH (m)-[:INNER]->(contact:Membership) RETURN contact.rid ORDER BY contact.rid }
       }] AS unfit
