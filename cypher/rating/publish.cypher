// The staged ratings are published: each membership's whole rating changes in one transaction.
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
// What was staged stays: the ranges that come later read their contacts' scores from it.
// One range after the other: making (:Past) locks relationships of others, and two that do so block each other.
//
// @mode   batch                    in Browser, begin with :auto
// @result one
// @param  scheme       STRING
// @param  ranges       LIST<LIST<INTEGER>>  of rids: [first, end], end left out; one transaction each
// @param  factors      LIST<STRING>  the names of those that the policy has
// @param  share        FLOAT       what the circle can supply at most, in [0, 0.5]
// @param  from         STRING      the property that holds [score, score under the veil] of the last sweep
// @param  bands        LIST<MAP>   {name, from, label}, ascending by from, in points; the first is new, where there is one
// @param  known_from   FLOAT       evidence: a member with less is new; 0: nobody is
// @param  run          STRING      Run.id
// @param  voices       BOOLEAN     whether the policy has voices; without them none is left
// @param  contacts_aside MAP       by Membership.rid, as text: contacts in dispute [by the member, by others]
// @param  started      ZONED DATETIME  of the run
// @return published    INTEGER     memberships
// @return ties         INTEGER     in all circles
// @uses   membership_rid
UNWIND $ranges AS span
CALL (span) {
  MATCH (m:Membership {scheme: $scheme}) WHERE span[0] <= m.rid < span[1]
  WITH m, m.next_weights AS exact
  CALL (m, exact) {
    MATCH (m)-[tie:INNER]->(contact:Membership)
    WITH contact, exact[tie.place] AS weight, contact[$from] AS scores ORDER BY contact.rid
    RETURN collect(contact.rid) AS circle, collect(weight) AS left, sum(weight) AS whole, collect(scores[0]) AS used,
           collect(scores[1]) AS veils
  }
  WITH m, circle, used, veils, CASE size(left) WHEN size(exact) THEN left ELSE [weight IN left | CASE whole WHEN 0.0 THEN 1.0 / size(left) ELSE weight / whole END] END AS weights
  WITH m, circle, weights, used, [each IN veils | CASE WHEN each < 0 THEN 0.0 WHEN each > 1 THEN 1.0 ELSE each END] AS seen,
       reduce(sum = 0.0, i IN range(0, size(veils) - 1) | sum + weights[i] * veils[i]) AS company,
       CASE size(used) WHEN 0 THEN 0.0 ELSE $share END AS share
  WITH m, circle, weights, used, seen,
       (1 - share) * m.next_conduct
         + share * reduce(sum = 0.0, i IN range(0, size(used) - 1) | sum + weights[i] * used[i]) AS score,
       (1 - share) * m.next_conduct
         + share * reduce(sum = 0.0, i IN range(0, size(seen) - 1) | sum + weights[i] * seen[i]) AS shownScore,
       (1 - share) * (m.next_conduct + m.offset) + share * company AS veiled
  WITH m, circle, weights, used, seen, score, veiled, 350 + 600 * score AS points, 350 + 600 * shownScore AS shownPoints
  // Whole points decide the band, since they are what is shown; digits below 1e-6 are noise of the sum.
  WITH m, circle, weights, used, seen, score, veiled, points, shownPoints, toInteger(round(round(points, 6))) AS whole,
       toInteger(round(round(shownPoints, 6))) AS shownWhole
  WITH m, circle, weights, used, seen, score, veiled, points, shownPoints, whole, shownWhole,
       round(reduce(sum = 0.0, name IN $factors | sum + m['next_' + name + '_evidence']), 9) < $known_from AS new
  WITH m, circle, weights, used, seen, score, veiled, points, shownPoints, whole, shownWhole,
       CASE WHEN new THEN $bands[0] ELSE [band IN $bands WHERE band.from <= whole][-1] END AS band,
       CASE WHEN new THEN $bands[0] ELSE [band IN $bands WHERE band.from <= shownWhole][-1] END AS shownBand
  WITH m, circle, weights, used, seen, score, veiled, points, shownPoints, band,
       toString(whole) + ' ' + band.name AS exact, toString(shownWhole) + ' ' + shownBand.name AS shown,
       toString(toInteger(round(round(m.points, 6)))) + ' ' + m.band AS before,
       coalesce(m.next_set_aside, [0, 0]) + coalesce($contacts_aside[toString(m.rid)], [0, 0]) AS aside
  WITH *, reduce(sum = 0, each IN aside | sum + each) AS disputed
  WITH *, CASE WHEN disputed > 0 THEN aside END AS set_aside,
       exact + CASE disputed WHEN 0 THEN '' WHEN 1 THEN ', 1 fact in dispute'
                 ELSE ', ' + toString(disputed) + ' facts in dispute' END AS caption
  FOREACH (_ IN CASE WHEN before <> exact OR m.shown <> shown THEN [1] END |
    CREATE (m)-[:WAS]->(past:Past)
    SET past = m {.run, .rerated, .since, .score, .points, .band, .caption, .conduct, .factors, .circle, .weights,
                  .used, .seen, .shown_points, .shown}
    FOREACH (name IN m.factors | SET past[name] = m[name], past[name + '_evidence'] = m[name + '_evidence']))
  // where another policy had a band of this name, it is the same label
  FOREACH (_ IN CASE WHEN m.band IS NULL OR m.band <> band.name THEN [1] END |
    REMOVE m:$([label IN labels(m) WHERE label STARTS WITH 'Band'])
    SET m:$(band.label))
  REMOVE m.rerated
  // a factor that the policy does not have any more leaves nothing behind
  FOREACH (name IN [name IN m.factors WHERE NOT name IN $factors] | SET m[name] = null, m[name + '_evidence'] = null)
  FOREACH (name IN $factors | SET m[name] = m['next_' + name], m[name + '_evidence'] = m['next_' + name + '_evidence'])
  SET m.factors = $factors, m.conduct = m.next_conduct,
      m.voice = CASE WHEN $voices THEN m.next_voice END,
      m.set_aside = set_aside, m.circle = circle, m.weights = weights, m.used = used,
      m.seen = seen, m.shown_points = shownPoints, m.veiled = veiled,
      m.score = score, m.points = points, m.band = band.name,
      m.since = CASE WHEN before = exact AND m.shown = shown THEN m.since ELSE $started END,
      m.caption = caption, m.shown = shown,
      m.run = $run, m.seal = $run + ' ' + toString(score) + ' ' + band.name
               + reduce(text = '', each IN coalesce(set_aside, []) | text + ' ' + toString(each))
  RETURN count(m) AS published, sum(size(circle)) AS ties
} IN TRANSACTIONS OF 1 ROW
RETURN sum(published) AS published, sum(ties) AS ties
