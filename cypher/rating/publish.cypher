// The staged ratings are published: each membership's whole rating changes in one transaction, and nothing staged is left on it.
//
// `circle`, `weights` and `used` are lists in the order of the contacts' rid: the contacts, what each weighs, and
// the score of each that this rating used. The rating adds up from its own node alone:
// score = (1 - share) * conduct + share * (sum of weight * used), or conduct where the circle is empty.
// `factors` names the factors: each has its rate in the property of its name, and beside it, with `_evidence` behind the
// name, the weight of the events that counted.
// `set_aside` says how many facts it lacks, since they are in dispute: own facts that the member disputes, and that
// others do; contacts that the member disputes, and that others do. It is not there where there are none.
// `voice` is what a report of the member counts, where the policy has voices.
// `seal` repeats run, score, band and what is set aside, so that a reader can tell an answer that it met half-way.
// `seen`, `shown_points` and `shown` are what anybody but the operator is shown, made in the same way from the scores
// under the veil. A rating of which either changes, whole points or band, is kept as it was last published: (:Past).
// A member with less evidence than `known_from` is in the first of the bands, new, whatever its points.
// `caption` says whole points, band and how many facts are in dispute, to whoever looks at the graph.
// The circle is that of the ties: a contact that left since circles were found has none, and the others weigh the whole.
// What contacts scored is given, and not read from them: what is staged on them may be gone.
// A rating without a (:Past) locks its own member alone, so ranges go side by side. Making (:Past) locks relationships of
// others, and two that do so block each other: those members come back, and are for a second time, one after the other.
// On whom nothing is staged has been published, and stays as it is: so this can be repeated.
//
// @mode   batch                    in Browser, begin with :auto
// @result one
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out
// @param  rows         INTEGER     ranges in one transaction
// @param  at_once      INTEGER     transactions at a time, where no (:Past) is made
// @param  pasts        BOOLEAN     whether members that leave a (:Past) are published, or come back
// @param  factors      LIST<STRING>  the names of those that the policy has
// @param  share        FLOAT       what the circle can supply at most, in [0, 0.5]
// @param  cleared      MAP         null by the name of each property that can be staged
// @param  scores       LIST<FLOAT>  of the last sweep, by rid; null: no member has it
// @param  veils        LIST<FLOAT>  the same, of the scores under the veil
// @param  bands        LIST<MAP>   {name, from, label}, ascending by from, in points; the first is new, where there is one
// @param  known_from   FLOAT       evidence: a member with less is new; 0: nobody is
// @param  run          STRING      Run.id
// @param  voices       BOOLEAN     whether the policy has voices; without them none is left
// @param  contacts_aside MAP       by Membership.rid, as text: contacts in dispute [by the member, by others]
// @param  started      ZONED DATETIME  of the run
// @return ties         INTEGER     in the circles that were published
// @return waiting      LIST<LIST<INTEGER>>  rids of members that came back, by range
// @uses   membership_rid
WITH keys($cleared) AS staged
UNWIND $ranges AS span
CALL (span, staged) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1] AND m.next_conduct IS NOT NULL
  // all properties by one look at the membership: each by itself would be looked for among all of them
  WITH m, staged, properties(m) AS was, COUNT { (m)-[:INNER]->() } AS tied
  // while a run is under way ties go and none comes: as many as there were are the same ones
  WITH m, staged, was, was.next_circle AS known, was.next_weights AS exact, CASE WHEN tied = size(was.next_circle) THEN was.next_circle ELSE COLLECT {
         MATCH (m)-[:INNER]->(contact:Membership)
         RETURN contact.rid ORDER BY contact.rid
       } END AS circle
  WITH m, staged, was, exact, circle, CASE WHEN size(circle) = size(known) THEN exact
         ELSE [i IN range(0, size(known) - 1) WHERE known[i] IN circle | exact[i]] END AS left
  WITH m, staged, was, exact, circle, left, reduce(sum = 0.0, weight IN left | sum + weight) AS whole
  WITH m, staged, was, circle, CASE size(left) WHEN size(exact) THEN left
         ELSE [weight IN left | CASE whole WHEN 0.0 THEN 1.0 / size(left) ELSE weight / whole END] END AS weights,
       [rid IN circle | $scores[rid]] AS used, [rid IN circle | $veils[rid]] AS veils
  WITH m, staged, was, circle, weights, used, [each IN veils | CASE WHEN each < 0 THEN 0.0 WHEN each > 1 THEN 1.0 ELSE each END] AS seen,
       reduce(sum = 0.0, i IN range(0, size(veils) - 1) | sum + weights[i] * veils[i]) AS company,
       CASE size(used) WHEN 0 THEN 0.0 ELSE $share END AS share, was.next_conduct AS conduct
  WITH m, staged, was, circle, weights, used, seen, conduct,
       (1 - share) * conduct
         + share * reduce(sum = 0.0, i IN range(0, size(used) - 1) | sum + weights[i] * used[i]) AS score,
       (1 - share) * conduct
         + share * reduce(sum = 0.0, i IN range(0, size(seen) - 1) | sum + weights[i] * seen[i]) AS shownScore,
       (1 - share) * (conduct + was.offset) + share * company AS veiled
  WITH m, staged, was, circle, weights, used, seen, conduct, score, veiled, 350 + 600 * score AS points, 350 + 600 * shownScore AS shownPoints
  // Whole points decide the band, since they are what is shown; digits below 1e-6 are noise of the sum.
  WITH m, staged, was, circle, weights, used, seen, conduct, score, veiled, points, shownPoints, toInteger(round(round(points, 6))) AS whole,
       toInteger(round(round(shownPoints, 6))) AS shownWhole,
       round(reduce(sum = 0.0, name IN $factors | sum + was['next_' + name + '_evidence']), 9) < $known_from AS new
  WITH m, staged, was, circle, weights, used, seen, conduct, score, veiled, points, shownPoints, whole, shownWhole,
       CASE WHEN new THEN $bands[0] ELSE [band IN $bands WHERE band.from <= whole][-1] END AS band,
       CASE WHEN new THEN $bands[0] ELSE [band IN $bands WHERE band.from <= shownWhole][-1] END AS shownBand
  WITH m, staged, was, circle, weights, used, seen, conduct, score, veiled, points, shownPoints, band,
       toString(whole) + ' ' + band.name AS exact, toString(shownWhole) + ' ' + shownBand.name AS shown,
       toString(toInteger(round(round(was.points, 6)))) + ' ' + was.band AS before,
       coalesce(was.next_set_aside, [0, 0]) + coalesce($contacts_aside[toString(was.rid)], [0, 0]) AS aside
  WITH *, coalesce(before <> exact OR was.shown <> shown, false) AS leaves, reduce(sum = 0, each IN aside | sum + each) AS disputed
  WITH *, $pasts OR NOT leaves AS now, $cleared AS cleared, CASE WHEN disputed > 0 THEN aside END AS set_aside,
       exact + CASE disputed WHEN 0 THEN '' WHEN 1 THEN ', 1 fact in dispute'
                 ELSE ', ' + toString(disputed) + ' facts in dispute' END AS caption
  FOREACH (_ IN CASE WHEN now THEN [1] END |
    FOREACH (_ IN CASE WHEN leaves THEN [1] END |
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
    FOREACH (name IN $factors | SET m[name] = was['next_' + name], m[name + '_evidence'] = was['next_' + name + '_evidence'])
    // such as an older version has left
    FOREACH (key IN [key IN keys(was) WHERE key STARTS WITH 'next_' AND NOT key IN staged] | SET m[key] = null)
    // one SET: each of them looks at all that the membership has
    SET m += cleared {
          .*, factors: $factors, conduct: conduct, voice: CASE WHEN $voices THEN was.next_voice END, set_aside: set_aside,
          circle: circle, weights: weights, used: used, seen: seen,
          score: score, points: points, band: band.name, caption: caption,
          veiled: veiled, shown_points: shownPoints, shown: shown,
          since: CASE WHEN before = exact AND was.shown = shown THEN was.since ELSE $started END,
          run: $run, rerated: null, seal: $run + ' ' + toString(score) + ' ' + band.name
                 + reduce(text = '', each IN coalesce(set_aside, []) | text + ' ' + toString(each))
        })
  RETURN sum(CASE WHEN now THEN size(circle) ELSE 0 END) AS ties, collect(CASE WHEN NOT now THEN was.rid END) AS waiting
} IN CASE WHEN $pasts THEN 1 ELSE $at_once END CONCURRENT TRANSACTIONS OF $rows ROWS
RETURN sum(ties) AS ties, collect(waiting) AS waiting
