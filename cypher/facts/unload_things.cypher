// The entities, products and sites that a load brought are gone, unless another load brought them too, or something names them.
//
// Run it when the facts of the load are gone. What a membership, a decision, a dispute, a record or a fact of another
// load names, stays as it is, and so does an entity for which somebody may act. So does what a later load corrected, or this load.
// Of an entity that another load brought too, names and numbers go that only this load said; the birth of a member stays.
//
// @mode   batch                    in Browser, begin with :auto
// @result many
// @param  load     STRING          Load.id
// @param  gone     LIST<STRING>    Load.id of every load that was taken back, this one among them
// @param  types    LIST<STRING>    of the relationships that are facts
// @param  named    LIST<STRING>    Entity.id of clients that hold a grant
// @param  dry      BOOLEAN         nothing is changed, and it is said what would become of them
// @return kind     STRING          entities, products or sites
// @return became   STRING          removed, repeated, named or corrected
// @return rows     INTEGER         how many
CALL () {
  MATCH (thing:Entity)
  WHERE thing.brought = $load OR any(each IN thing.also WHERE split(each, ' ')[0] = $load)
  RETURN thing
  UNION ALL
  MATCH (thing:Product)
  WHERE thing.brought = $load OR any(each IN thing.also WHERE split(each, ' ')[0] = $load)
  RETURN thing
  UNION ALL
  MATCH (thing:Site)
  WHERE thing.brought = $load OR any(each IN thing.also WHERE split(each, ' ')[0] = $load)
  RETURN thing
  UNION ALL
  MATCH (thing:Anonymous) WHERE NOT EXISTS { (thing)--() }   // towards whom nobody owes anything any more
  RETURN thing
}
CALL (thing) {
  REMOVE thing.rid                        // it has none: this only takes the node's write lock
  WITH thing, ['name', 'born', 'uscc', 'lei'] AS columns
  WITH thing, columns, [coalesce(thing.brought, '')]
         + [name IN columns WHERE thing[name] IS NOT NULL AND NOT name IN coalesce(thing.lacked, [])] AS first
  WITH thing, columns, [each IN [first] + [each IN coalesce(thing.also, []) | split(each, ' ')] WHERE NOT each[0] IN $gone] AS left
  WITH thing, columns, left,
       [name IN columns WHERE thing[name] IS NOT NULL AND none(each IN left WHERE name IN each)
                          AND NOT (name = 'born' AND EXISTS { (thing)-[:JOINED]->() })] AS lost,
       CASE WHEN thing:Anonymous THEN 'removed'
            WHEN size(left) > 0 AND thing.load = $load THEN 'corrected'
            WHEN size(left) > 0 THEN 'repeated'
            WHEN thing.subjects IS NOT NULL OR thing.id IN $named
              OR EXISTS {
                MATCH (thing)-[r:!LOST&!PAID]-(other)   // a payment goes with its obligation, which has the same ends
                // what would be gone by then, where nothing is done
                WHERE NOT ($dry AND CASE WHEN type(r) IN $types THEN
                             r.load = $load AND r.disputed IS NULL AND r.rejected IS NULL
                             AND all(each IN coalesce(r.also, []) WHERE split(each, ' ')[0] IN $gone)
                             AND all(each IN coalesce(r.before, []) WHERE each IN $gone)
                           WHEN type(r) = 'AGAINST' THEN
                             other.load = $load AND all(each IN coalesce(other.also, []) WHERE split(each, ' ')[0] IN $gone)
                             AND all(each IN coalesce(other.before, []) WHERE each IN $gone)
                           ELSE false END)
              }
              OR thing:Entity AND (
                EXISTS { MATCH (own:Ledger {id: '|' + thing.id}) USING INDEX SEEK own:Ledger(id) }
                OR EXISTS { MATCH (s:Scheme) MATCH (own:Ledger {id: s.id + '|' + thing.id}) USING INDEX SEEK own:Ledger(id) }) THEN 'named'
            ELSE 'removed' END AS became
  FOREACH (_ IN CASE WHEN became = 'repeated' AND NOT $dry THEN [1] ELSE [] END |
    FOREACH (name IN lost | SET thing[name] = null)
    SET thing.brought = CASE WHEN left[0][0] <> '' THEN left[0][0] END,
        thing.also = CASE WHEN size(left) > 1
                          THEN [each IN left[1..] | reduce(text = each[0], name IN each[1..] | text + ' ' + name)] END)
  FOREACH (_ IN CASE WHEN became = 'repeated' AND NOT $dry THEN [1] ELSE [] END |
    SET thing.lacked = CASE WHEN any(name IN columns WHERE thing[name] IS NOT NULL AND NOT name IN left[0])
                            THEN [name IN columns WHERE thing[name] IS NOT NULL AND NOT name IN left[0]] END)
  WITH thing, became,
       CASE WHEN thing:Product THEN 'products' WHEN thing:Site THEN 'sites' ELSE 'entities' END AS kind,
       CASE WHEN became = 'removed' AND NOT $dry THEN [(thing)-[loss:LOST]->() | loss] ELSE [] END AS losses
  FOREACH (each IN losses | DELETE each)
  FOREACH (_ IN CASE WHEN became = 'removed' AND NOT $dry THEN [1] ELSE [] END | DELETE thing)
  RETURN kind, became
} IN TRANSACTIONS OF 10000 ROWS
RETURN kind, became, count(*) AS rows
ORDER BY kind, became
