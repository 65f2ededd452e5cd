// Judgments are removed by id; ids that are not known change nothing.
//
// @mode   write
// @result many
// @param  ids      LIST<STRING>    Judgment.id
// @return id       STRING          of a judgment that is gone
// @uses   judgment_id
UNWIND $ids AS id
MATCH (judgment:Judgment {id: id})
DETACH DELETE judgment
RETURN id
