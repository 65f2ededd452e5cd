// What others wrote, and names of files, in which something is mentioned.
//
// @mode   read
// @result many
// @param  pattern  STRING          a regular expression that the whole of a text has to match
// @return label    STRING          Dispute, Contest or Load
// @return id       STRING          of that node
// @return texts    MAP             {property: text or list of texts}
CALL () {
  // of one that waits, the fact is still there, and is found by this id
  MATCH (d:Dispute)
  WITH d, CASE WHEN NOT d.state IN ['open', 'proposed'] THEN d.fact END AS fact
  WHERE any(text IN [d.statement, d.answer, d.admission, d.reason, fact] WHERE text =~ $pattern)
  RETURN 'Dispute' AS label, d.id AS id, d {.statement, .answer, .admission, .reason, fact: fact} AS texts
UNION
  MATCH (c:Contest) WHERE c.statement =~ $pattern OR c.reason =~ $pattern
  RETURN 'Contest' AS label, c.id AS id, c {.statement, .reason} AS texts
UNION
  MATCH (l:Load) WHERE any(file IN l.files WHERE file =~ $pattern) OR l.rejects =~ $pattern OR l.why =~ $pattern
  RETURN 'Load' AS label, l.id AS id, l {.files, .rejects, .why} AS texts
}
RETURN label, id, texts
