// The records of runs do not say any more that this member was a founder, nor what its reports counted.
//
// How many founders there were stays: in place of its rid stands a number that is nobody's.
//
// @mode   write
// @result none
// @param  scheme   STRING          Scheme.id
// @param  rid      INTEGER         of the member that is erased
// runs are few, and each says its scheme
MATCH (r:Run) WHERE r.scheme = $scheme AND ($rid IN r.speakers OR $rid IN r.founders)
SET r.founders = [each IN r.founders | CASE each WHEN $rid THEN -1 ELSE each END],
    r.quarters = [i IN range(0, size(r.speakers) - 1) WHERE r.speakers[i] <> $rid | r.quarters[i]],
    r.speakers = [each IN r.speakers WHERE each <> $rid]
