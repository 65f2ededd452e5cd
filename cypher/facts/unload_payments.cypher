// What a load says was paid of some obligations is gone, unless another load says it too, or it was decided or corrected.
//
// Payments stay with their obligation while that is disputed, and after a dispute that it outlived. The caller holds the
// obligations (hold_owed), and settles them afterwards (settle): docs/decisions/0045-payments.md.
// Members who lose a payment find that in their history.
//
// @mode   write
// @result many
// @param  ids      LIST<STRING>    of obligations
// @param  load     STRING          Load.id
// @param  gone     LIST<STRING>    Load.id of every load that was taken back, this one among them
// @param  dry      BOOLEAN         nothing is changed, and it is said what would become of them, but for those of which
//                                  unload_facts says that they would go with their obligation
// @return became   STRING          removed, repeated, disputed, decided or corrected
// @return rows     INTEGER         how many
// @uses   owed_id paid_obligation load_id
UNWIND $ids AS id
MATCH (debtor:Entity)-[owed:OWED {id: id}]->(:Entity) USING INDEX SEEK owed:OWED(id)
MATCH (:Entity)-[paid:PAID {obligation: owed.id}]->(:Entity) USING INDEX SEEK paid:PAID(obligation)
WHERE paid.load = $load OR $load IN paid.also OR $load IN paid.before
WITH debtor, owed, paid,
     [each IN [coalesce(paid.load, '')] + coalesce(paid.also, []) WHERE NOT each IN $gone] AS left,
     [each IN [[coalesce(owed.load, '')] + CASE WHEN 'amount' IN owed.lacked THEN [] ELSE ['amount'] END]
              + [each IN coalesce(owed.also, []) | split(each, ' ')] WHERE NOT each[0] IN $gone] AS owing
WITH debtor, paid, left,
     CASE WHEN owed.disputed IS NOT NULL THEN 'disputed'
          WHEN owed.rejected IS NOT NULL THEN 'decided'
          WHEN $dry AND none(each IN owing WHERE 'amount' IN each)
            AND (owed.load = $load OR any(each IN owed.also WHERE split(each, ' ')[0] = $load))
            AND all(each IN coalesce(owed.before, []) WHERE each IN $gone) THEN 'told'
          WHEN paid.load <> $load AND $load IN paid.before OR any(each IN paid.before WHERE NOT each IN $gone) THEN 'corrected'
          WHEN size(left) = 0 THEN 'removed'
          ELSE 'repeated' END AS became
WHERE became <> 'told'
MATCH (l:Load {id: $load})
FOREACH (_ IN CASE WHEN became = 'repeated' AND NOT $dry THEN [1] ELSE [] END |
  SET paid.load = CASE WHEN left[0] <> '' THEN left[0] END,
      paid.also = CASE WHEN size(left) > 1 THEN left[1..] END)
// an entity that has joined nothing has no rating that this could be newer than
FOREACH (entity IN CASE WHEN became = 'removed' AND NOT $dry THEN [each IN [debtor] WHERE (each)-[:JOINED]->()] ELSE [] END |
  SET entity.changed = datetime()
  MERGE (entity)-[lost:LOST]->(l)
  SET lost.facts = coalesce(lost.facts, 0) + 1)
FOREACH (_ IN CASE WHEN became = 'removed' AND NOT $dry THEN [1] ELSE [] END | DELETE paid)
RETURN became, count(*) AS rows
ORDER BY became
