// Re-rating, one round: the ratings of some members from what their contacts' scores are now.
//
// A member whose facts or circle changed is a seed. The ratings of seeds are published, and those whose scores move by
// more than the threshold. Members that have a published one in their circle are looked at in the next round. When a
// round publishes nothing, no score is further than the threshold from what its contacts' scores make it.
// A seed's conduct is staged where it changed, and its circle where that was made anew. All rounds are one transaction. What is staged on other members is not
// read: a run or a re-rating that broke off has left it, of another instant perhaps, or under another policy.
// The scores under the veil go along, and what is shown of a rating with them: see publish.cypher.
//
// @mode   write
// @result one
// @param  scheme       STRING
// @param  rids         LIST<INTEGER>  the members that are looked at
// @param  seeds        LIST<INTEGER>  those of them that are published in any case
// @param  staged       LIST<INTEGER>  the members whose conduct is staged by this re-rating
// @param  factors      LIST<STRING>  the names of those that the policy has
// @param  share        FLOAT       what the circle can supply at most, in [0, 0.5]
// @param  threshold    FLOAT       of a change of score
// @param  bands        LIST<MAP>   {name, from, label}, ascending by from, in points; the first is new, where there is one
// @param  known_from   FLOAT       evidence: a member with less is new; 0: nobody is
// @param  circled      LIST<INTEGER>  the members whose circle was made anew
// @param  contacts_aside MAP       by Membership.rid, as text: contacts in dispute [by the member, by others]
// @param  run          STRING      Run.id: its policy and instant hold
// @param  now          ZONED DATETIME  when the re-rating started
// @return published    LIST<INTEGER>  rids of the members whose rating is another now
// @return ties         INTEGER     circle ties that were looked at
// @return followers    LIST<INTEGER>  the members that have one of the published in the circle
// @uses   membership_rid
UNWIND $rids AS rid
MATCH (m:Membership {scheme: $scheme, rid: rid})
CALL (m) {
  WITH m, m.rid IN $circled AND m.next_circle IS NOT NULL AS anew
  WITH m, CASE WHEN anew THEN m.next_circle ELSE m.circle END AS known, CASE WHEN anew THEN m.next_weights ELSE m.weights END AS exact
  MATCH (m)-[:INNER]->(contact:Membership) WHERE contact.rid IN known
  WITH known, contact, [k IN range(0, size(known) - 1) WHERE known[k] = contact.rid | exact[k]][0] AS weight ORDER BY contact.rid
  // a member that joined since the run has no score before its first publication: its conduct stands for it
  RETURN max(size(known)) AS before, collect(contact.rid) AS circle, collect(weight) AS left, sum(weight) AS whole,
         collect(coalesce(contact.score, contact.next_conduct)) AS used,
         collect(coalesce(contact.veiled, contact.next_conduct + contact.offset)) AS veils
}
// what is staged on a member is gone with its first publication, and the next rounds find what was published
WITH m, circle, used, veils, m.rid IN $staged AND m.next_conduct IS NOT NULL AS fresh,
     // where a contact left meanwhile, the others weigh the whole
     CASE size(left) WHEN before THEN left ELSE [weight IN left | CASE whole WHEN 0.0 THEN 1.0 / size(left) ELSE weight / whole END] END AS weights,
     [each IN veils | CASE WHEN each < 0 THEN 0.0 WHEN each > 1 THEN 1.0 ELSE each END] AS seen,
     CASE size(used) WHEN 0 THEN 0.0 ELSE $share END AS share
WITH *, CASE WHEN fresh THEN m.next_conduct ELSE m.conduct END AS conduct
WITH m, circle, weights, used, seen, fresh, conduct,
     (1 - share) * conduct
       + share * reduce(sum = 0.0, i IN range(0, size(used) - 1) | sum + weights[i] * used[i]) AS score,
     (1 - share) * conduct
       + share * reduce(sum = 0.0, i IN range(0, size(seen) - 1) | sum + weights[i] * seen[i]) AS shown,
     (1 - share) * (conduct + m.offset)
       + share * reduce(sum = 0.0, i IN range(0, size(veils) - 1) | sum + weights[i] * veils[i]) AS veiled
WITH sum(size(used)) AS ties,
     collect(CASE WHEN m.rid IN $seeds OR abs(score - m.score) > $threshold OR abs(veiled - m.veiled) > $threshold
             THEN {m: m, fresh: fresh, circle: circle, weights: weights, used: used, seen: seen, conduct: conduct, score: score,
                   shown: shown, veiled: veiled} END) AS moved
CALL (moved) {
  UNWIND moved AS each
  WITH each, each.m AS m, each.score AS score, 350 + 600 * each.score AS points, 350 + 600 * each.shown AS shownPoints
  WITH each, m, score, points, shownPoints, toInteger(round(round(points, 6))) AS whole,
       toInteger(round(round(shownPoints, 6))) AS shownWhole
  WITH each, m, score, points, shownPoints, whole, shownWhole,
       round(reduce(sum = 0.0, name IN $factors | sum + CASE WHEN each.fresh THEN m['next_' + name + '_evidence']
                                                                ELSE m[name + '_evidence'] END), 9) < $known_from AS new
  WITH each, m, score, points, shownPoints, whole, shownWhole,
       CASE WHEN new THEN $bands[0] ELSE [band IN $bands WHERE band.from <= whole][-1] END AS band,
       CASE WHEN new THEN $bands[0] ELSE [band IN $bands WHERE band.from <= shownWhole][-1] END AS shownBand
  WITH each, m, score, points, shownPoints, band, toString(whole) + ' ' + band.name AS exact,
       toString(shownWhole) + ' ' + shownBand.name AS shown,
       toString(toInteger(round(round(m.points, 6)))) + ' ' + m.band AS before,
       CASE WHEN each.fresh THEN coalesce(m.next_set_aside, [0, 0]) ELSE coalesce(m.set_aside[..2], [0, 0]) END
         + CASE WHEN m.rid IN $circled THEN coalesce($contacts_aside[toString(m.rid)], [0, 0])
           ELSE coalesce(m.set_aside[2..], [0, 0]) END AS aside
  WITH *, reduce(sum = 0, count IN aside | sum + count) AS disputed
  WITH *, CASE WHEN disputed > 0 THEN aside END AS set_aside,
       exact + CASE disputed WHEN 0 THEN '' WHEN 1 THEN ', 1 fact in dispute'
                 ELSE ', ' + toString(disputed) + ' facts in dispute' END AS caption
  // a member that several rounds publish was one thing before all of them: what the first of them that changes
  // whole points or band finds
  FOREACH (_ IN CASE WHEN (before <> exact OR m.shown <> shown) AND m.since <> $now THEN [1] END |
    CREATE (m)-[:WAS]->(past:Past)
    SET past = m {.run, .rerated, .since, .score, .points, .band, .caption, .conduct, .factors, .circle, .weights,
                  .used, .seen, .shown_points, .shown}
    FOREACH (name IN m.factors | SET past[name] = m[name], past[name + '_evidence'] = m[name + '_evidence']))
  REMOVE m:$([label IN labels(m) WHERE label STARTS WITH 'Band'])
  // only where its own facts changed is there anything staged
  FOREACH (name IN [name IN $factors WHERE each.fresh] |
    SET m[name] = m['next_' + name], m[name + '_evidence'] = m['next_' + name + '_evidence'])
  SET m:$(band.label),
      m.factors = $factors,
      m.set_aside = set_aside, m.conduct = each.conduct, m.circle = each.circle, m.weights = each.weights, m.used = each.used,
      m.seen = each.seen, m.shown_points = shownPoints, m.veiled = each.veiled,
      m.score = score, m.points = points, m.band = band.name,
      m.since = CASE WHEN before = exact AND m.shown = shown THEN m.since ELSE $now END,
      m.caption = caption, m.shown = shown,
      m.run = $run, m.rerated = $now, m.seal = $run + ' ' + toString(score) + ' ' + band.name
               + reduce(text = '', each IN coalesce(set_aside, []) | text + ' ' + toString(each))
  FOREACH (staged IN [key IN keys(m) WHERE key STARTS WITH 'next_'] | SET m[staged] = null)
  WITH m
  OPTIONAL MATCH (m)<-[:INNER]-(follower:Membership)
  RETURN collect(DISTINCT follower.rid) AS followers
}
RETURN [each IN moved | each.m.rid] AS published, ties, followers
