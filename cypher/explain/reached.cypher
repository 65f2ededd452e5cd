// Some memberships of a scheme as their ratings have them, with the inner circles by rid: one step over all hops.
//
// @mode   read
// @result many
// @param  id       STRING          Membership.id: where to begin; empty where only rids are wanted
// @param  scheme   STRING
// @param  rids     LIST<INTEGER>   Membership.rid; members that have left are left out
// @return rid      INTEGER
// @return id       STRING          Membership.id
// @return conduct  FLOAT           own conduct in [0, 1]
// @return score    FLOAT           in [0, 1]; null before the first run
// @return points   FLOAT           350 + 600 * score
// @return band     STRING
// @return circle   LIST<INTEGER>   the contacts' rid, ascending
// @return weights  LIST<FLOAT>     what each of them weighs
// @return used     LIST<FLOAT>     the score of each that was used
// @return run      STRING          the run that published it
// @return as_of    ZONED DATETIME  the instant at which that run rated
// @return sealed   BOOLEAN         false where the answer was met half-way through publication: read again
// @uses   membership_id membership_rid run_id
CALL () {
  MATCH (m:Membership {id: $id})
  RETURN m
UNION ALL
  UNWIND $rids AS rid
  MATCH (m:Membership {scheme: $scheme, rid: rid})
  RETURN m
}
WITH m, m.score AS score, m.band AS band, m.run AS run
OPTIONAL MATCH (r:Run {id: run})
RETURN m.rid AS rid, m.id AS id, m.conduct AS conduct, score, m.points AS points, band,
       m.circle AS circle, m.weights AS weights, m.used AS used, run, r.as_of AS as_of,
       m.seal = run + ' ' + toString(score) + ' ' + band
         + reduce(text = '', each IN coalesce(m.set_aside, []) | text + ' ' + toString(each)) AS sealed
