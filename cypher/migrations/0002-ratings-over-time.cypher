// Ratings that were published before they were kept over time lack what a comparison needs: the next run makes
// them anew, and until then there are none.
MATCH (m:Membership) WHERE m.score IS NOT NULL
CALL (m) {
  REMOVE m:$([label IN labels(m) WHERE label STARTS WITH 'Band']),
         m.obligations, m.purchases, m.visits, m.conduct, m.evidence, m.circle, m.weights, m.used,
         m.score, m.points, m.band, m.caption, m.run, m.seal
} IN TRANSACTIONS OF 10000 ROWS;

MATCH (s:Scheme) REMOVE s.run;
