// What was shown so far was veiled by another offset for each scheme, version and membership. From now on each entity
// has one. Ratings that were published before lack what is shown under it: the next run makes them anew, and until
// then there are none. Earlier states stay for the operator, and are shown to nobody else.
MATCH (m:Membership) WHERE m.score IS NOT NULL
CALL (m) {
  REMOVE m:$([label IN labels(m) WHERE label STARTS WITH 'Band']),
         m.obligations, m.purchases, m.visits, m.conduct, m.evidence, m.circle, m.weights, m.used,
         m.score, m.points, m.band, m.caption, m.run, m.rerated, m.since, m.seal
} IN TRANSACTIONS OF 10000 ROWS;

MATCH (s:Scheme) REMOVE s.run;
