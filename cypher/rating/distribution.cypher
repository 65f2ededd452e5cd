// How the ratings of a run are spread: how many are in each twelfth of the scale, and in each band.
//
// @mode   read
// @result one
// @for    runs
// @param  scheme    STRING         Scheme.id
// @param  run       STRING         Run.id
// @param  bands     LIST<MAP>      {name, from, label}, in the order in which they are counted
// @return histogram LIST<INTEGER>  members by whole points: 350 to 399, 400 to 449, ..., 900 to 950
// @return bands     LIST<INTEGER>  members in each band, in the order of the parameter
// @uses   membership_rid
MATCH (m:Membership {scheme: $scheme}) WHERE m.rid >= 0 AND m.run = $run
// whole points as publish.cypher makes them; 950 has no bin of its own
WITH toInteger(round(round(m.points, 6))) AS whole, m.band AS band
WITH CASE WHEN whole >= 950 THEN 11 ELSE (whole - 350) / 50 END AS bin, band, count(*) AS members
WITH collect({bin: bin, band: band, members: members}) AS cells
RETURN [bin IN range(0, 11) | reduce(sum = 0, cell IN cells |
         sum + CASE cell.bin WHEN bin THEN cell.members ELSE 0 END)] AS histogram,
       [band IN $bands | reduce(sum = 0, cell IN cells |
         sum + CASE cell.band WHEN band.name THEN cell.members ELSE 0 END)] AS bands
