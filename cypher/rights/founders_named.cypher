// Everybody who was ever named as a founder of a scheme, in the order of time; and who loaded the reports of each.
//
// @mode   read
// @result many
// @param  scheme    STRING         Scheme.id
// @return entity    STRING         Entity.id
// @return kind      STRING         person, organisation or sole-trader
// @return founding  MAP            scheme, and the properties of the naming
// @return reports   INTEGER        obligations of others towards it
// @return loaded_by LIST<STRING>   the persons who loaded these, as far as that is known
// @uses   scheme_id load_id
MATCH (s:Scheme {id: $scheme})
MATCH (e:Entity)-[f:FOUNDS]->(s)
RETURN e.id AS entity,
       CASE WHEN e:Person THEN 'person' WHEN e:SoleTrader THEN 'sole-trader' ELSE 'organisation' END AS kind,
       f {scheme: s.id, .named, .named_by, .accepted, .accepted_by, .ended, .ended_by} AS founding,
       COUNT { (e)<-[:OWED]-() } AS reports,
       COLLECT {
         MATCH (e)<-[owed:OWED]-()
         WITH DISTINCT owed.load AS load
         MATCH (l:Load {id: load}) WHERE l.by IS NOT NULL
         RETURN DISTINCT l.by AS by ORDER BY by
       } AS loaded_by
ORDER BY f.named, entity
