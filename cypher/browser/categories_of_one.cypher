// The purchases and visits behind two factors: how many of each category, and the last.
//
// @mode   read
// @result many
// @for    one entity
// @param  id       STRING          Membership.id
// @return factor   STRING          purchases or visits
// @return category STRING          what it is worth is in the scheme's policy
// @return events   INTEGER
// @return last     DATE            the last of them
// @uses   membership_id
MATCH (:Membership {id: $id})<-[:JOINED]-(entity:Entity)
MATCH (entity)-[fact:BOUGHT|VISITED]->(what:Product|Site)
RETURN CASE type(fact) WHEN 'BOUGHT' THEN 'purchases' ELSE 'visits' END AS factor, what.category AS category,
       count(*) AS events, date(max(fact.at)) AS last
ORDER BY factor, events DESC, category
