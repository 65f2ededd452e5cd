// Ratings of before this was counted say how many facts their member disputes, and that they are stale: the next run,
// or re-rating, counts what they really lack.
MATCH (e:Entity)-[:OPENED]->(d:Dispute {state: 'open'})
WITH e, sum(CASE d.kind WHEN 'contacts' THEN 0 ELSE 1 END) AS own, sum(CASE d.kind WHEN 'contacts' THEN 1 ELSE 0 END) AS met
MATCH (e)-[:JOINED]->(m:Membership) WHERE m.score IS NOT NULL AND m.set_aside IS NULL
SET m.set_aside = [own, 0, met, 0], m.seal = m.seal + ' ' + own + ' 0 ' + met + ' 0', e.changed = datetime();
