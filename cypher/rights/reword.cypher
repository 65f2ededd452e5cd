// The texts of one node have changed: what they mentioned has been taken out.
//
// @mode   write
// @result none
// @param  label    STRING          Dispute, Contest or Load
// @param  id       STRING          of that node
// @param  texts    MAP             {property: text or list of texts}; what is not there stays
// @uses   dispute_id contest_id load_id
CALL () {
  MATCH (d:Dispute {id: $id}) WHERE $label = 'Dispute'
  RETURN d AS node
UNION
  MATCH (c:Contest {id: $id}) WHERE $label = 'Contest'
  RETURN c AS node
UNION
  MATCH (l:Load {id: $id}) WHERE $label = 'Load'
  RETURN l AS node
}
SET node += $texts
