// Everything in a store is gone: what a move that was broken off has left in it.
//
// @mode   batch                    in Browser, begin with :auto
// @result none
MATCH (n)
CALL (n) {
  DETACH DELETE n
} IN TRANSACTIONS OF 10000 ROWS
