// The judgments that a load brought are gone, unless another load says them too, or corrected them.
//
// As unload_facts.cypher does with facts.
//
// @mode   batch                    in Browser, begin with :auto
// @result many
// @param  load     STRING          Load.id
// @param  gone     LIST<STRING>    Load.id of every load that was taken back, this one among them
// @param  dry      BOOLEAN         nothing is changed, and it is said what would become of them
// @return became   STRING          removed, repeated or corrected
// @return rows     INTEGER         how many
// @uses   load_id
MATCH (judgment:Judgment)
WHERE judgment.load = $load OR any(each IN judgment.also WHERE split(each, ' ')[0] = $load) OR $load IN judgment.before
CALL (judgment) {
  REMOVE judgment.name                    // it has none: this only takes the node's write lock
  WITH judgment, [coalesce(judgment.load, '')]
         + CASE WHEN judgment.settled IS NULL OR 'settled' IN coalesce(judgment.lacked, []) THEN [] ELSE ['settled'] END AS first
  WITH judgment, [each IN [first] + [each IN coalesce(judgment.also, []) | split(each, ' ')] WHERE NOT each[0] IN $gone] AS left
  WITH judgment, left,
       CASE WHEN judgment.load <> $load AND $load IN judgment.before
              OR any(each IN judgment.before WHERE NOT each IN $gone) THEN 'corrected'
            WHEN size(left) = 0 THEN 'removed'
            ELSE 'repeated' END AS became,
       judgment.settled IS NOT NULL AND none(each IN left WHERE 'settled' IN each) AS unsettled
  FOREACH (_ IN CASE WHEN became = 'repeated' AND NOT $dry THEN [1] ELSE [] END |
    SET judgment.settled = CASE WHEN NOT unsettled THEN judgment.settled END,
        judgment.load = CASE WHEN left[0][0] <> '' THEN left[0][0] END,
        judgment.also = CASE WHEN size(left) > 1
                             THEN [each IN left[1..] | reduce(text = each[0], name IN each[1..] | text + ' ' + name)] END,
        judgment.lacked = CASE WHEN NOT unsettled AND judgment.settled IS NOT NULL AND NOT 'settled' IN left[0]
                               THEN ['settled'] END)
  WITH judgment, became, NOT $dry AND (became = 'removed' OR became = 'repeated' AND unsettled) AS changes
  MATCH (judgment)-[:AGAINST]->(against:Entity)
  WITH judgment, against, became, changes
  MATCH (l:Load {id: $load})
  FOREACH (entity IN CASE WHEN changes THEN [each IN [against] WHERE (each)-[:JOINED]->()] ELSE [] END |
    MERGE (entity)-[lost:LOST]->(l)
    SET lost.facts = coalesce(lost.facts, 0) + 1)
  FOREACH (_ IN CASE WHEN became = 'removed' AND NOT $dry THEN [1] ELSE [] END | DETACH DELETE judgment)
  RETURN became
} IN TRANSACTIONS OF 10000 ROWS
RETURN became, count(*) AS rows
ORDER BY became
