// What is known of each factor was one list, by position. From now on a rating names its factors, and the weight of
// the events of each stands beside its rate.
MATCH (n:Membership|Past) WHERE n.evidence IS NOT NULL
CALL (n) {
  WITH n, ['obligations', 'purchases', 'visits'] AS names
  WITH n, [i IN range(0, size(names) - 1) WHERE n[names[i]] IS NOT NULL | {name: names[i], evidence: n.evidence[i]}] AS factors
  FOREACH (factor IN factors | SET n[factor.name + '_evidence'] = factor.evidence)
  SET n.factors = [factor IN factors | factor.name]
  REMOVE n.evidence
} IN TRANSACTIONS OF 10000 ROWS;
