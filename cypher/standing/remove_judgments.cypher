// Judgments are removed by id; ids that are not known change nothing.
//
// @mode   write
// @result many
// @param  ids      LIST<STRING>    Judgment.id
// @return id       STRING          of a judgment that is gone
// @return said     MAP             what was stored of it, but for the entity that it is against
// @uses   judgment_id
UNWIND $ids AS id
MATCH (judgment:Judgment {id: id})
WITH id, judgment, properties(judgment) AS said
DETACH DELETE judgment
RETURN id, said
