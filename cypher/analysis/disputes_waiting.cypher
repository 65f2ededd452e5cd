// How many disputes wait, and since when the one that waits longest. Nobody is named.
//
// @mode   read
// @result one
// @return open     INTEGER         those that wait for a decision
// @return proposed INTEGER         those that wait to be admitted
// @return oldest   ZONED DATETIME  when the oldest was opened or proposed; null: none waits
// @uses   dispute_state
MATCH (d:Dispute) WHERE d.state IN ['open', 'proposed']
MATCH (d)<-[:OPENED]-(:Entity)
RETURN count(CASE d.state WHEN 'open' THEN 1 END) AS open, count(CASE d.state WHEN 'proposed' THEN 1 END) AS proposed,
       min(d.opened) AS oldest
