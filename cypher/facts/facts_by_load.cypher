// How many facts and judgments the graph has of each load. It reads all of them.
//
// @mode   read
// @result many
// @for    loads
// @return load     STRING          Load.id
// @return kind     STRING          contacts, obligations, purchases, visits or judgments
// @return rows     INTEGER
CALL () {
  MATCH (:Entity)-[fact:CONTACTED|OWED|BOUGHT|VISITED]->()
  RETURN fact.load AS load, CASE type(fact) WHEN 'CONTACTED' THEN 'contacts' WHEN 'OWED' THEN 'obligations'
                              WHEN 'BOUGHT' THEN 'purchases' ELSE 'visits' END AS kind
UNION ALL
  MATCH (judgment:Judgment)
  RETURN judgment.load AS load, 'judgments' AS kind
}
WITH load, kind WHERE load IS NOT NULL
RETURN load, kind, count(*) AS rows
ORDER BY load, kind
