"""How far a change of a few members' conduct or circles moves one score, without rating everyone anew.

With H the shares (0 where a circle is empty) and W the circles after the change, the scores move by N g, where
N = (I - H W)^-1 and g, not 0 for the changed members only, is what their new rows give less what they had.

Two searches meet in the middle. One pushes g along reversed circle ties: that gives a part x of every movement,
and a rest r, so that N g = x + N r. The other spreads the attention of the member in question along its circle and
the circles of its contacts, and reads the circles with most attention. There e = r + H W e is solved, and the
movement is x + e. Outside, where attention `unseen` is left, r stands for e: it is off by at most share / (1 -
share) * max |r|, and the answer by that times `unseen`.

Source: bidirectional estimation of personalised PageRank (Lofgren, Banerjee, Goel 2016), with a bound in place of
random walks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.store.client import Database

Row = Sequence[tuple[int, float]]
"The rids of a circle, and share * weight of each."

# Reading some hundred rows takes no longer than reading one.
LEAST_ROWS = 100
# How much of the attention that is outside one reading brings inside, and how little of the largest rest stays.
COVERED, LEFT = 0.95, 0.1


class Circles:
    """The circles of a scheme as its ratings used them, read when needed; `instead` replaces some of them."""

    def __init__(self, database: Database, scheme: str, share: float):
        self._database, self._scheme, self._share = database, scheme, share
        self.rows: dict[int, Row] = {}
        self.scores: dict[int, float | None] = {}
        self.followers: dict[int, list[tuple[int, float]]] = {}
        self._instead: dict[int, Row] = {}
        self.rows_read = 0

    @property
    def share(self) -> float:
        return self._share

    def row(self, circle: Iterable[tuple[int, float]]) -> Row:
        """A circle of (rid, weight) as a row."""
        return [(rid, self._share * weight) for rid, weight in circle]

    def put(self, rid: int, row: Row) -> None:
        """This row replaces the one in the graph; call it before followers are read."""
        self._instead[rid] = self.rows[rid] = row

    def read(self, rids: Iterable[int]) -> None:
        """The scores and rows of these members are read; members that have left get no score and an empty row."""
        missing = [rid for rid in rids if rid not in self.scores]
        for rid in missing:
            self.scores[rid] = None
            self.rows.setdefault(rid, ())
        for found in self._database.run("circles", scheme=self._scheme, rids=missing) if missing else ():
            rid = found["rid"]
            self.scores[rid] = found["score"]
            if rid not in self._instead and found["score"] is not None:
                self.rows[rid] = self.row(zip(found["circle"], found["weights"], strict=True))
            self.rows_read += len(self.rows[rid])

    def read_followers(self, rids: Iterable[int]) -> None:
        """The members that have these in the circle have been read."""
        missing = [rid for rid in rids if rid not in self.followers]
        for rid in missing:
            changed = [(each, weight) for each, row in self._instead.items() for of, weight in row if of == rid]
            self.followers[rid] = changed
        for found in self._database.run("followers", scheme=self._scheme, rids=missing) if missing else ():
            known = self.followers[found["contact"]]
            for rid, weight in zip(found["followers"], found["weights"], strict=True):
                if rid not in self._instead:
                    known.append((rid, self._share * weight))
            self.rows_read += len(known)


@dataclass(frozen=True)
class Spread:
    """How far scores move. moved: of the member in question and its contacts; error: of the former, at most."""

    moved: dict[int, float]
    error: float
    rounds: int


def spread(circles: Circles, sources: Mapping[int, float], towards: int, *, within: float) -> Spread:
    """How far the score of `towards` moves, to `within`, when what rows give changes by `sources` (rid: score)."""
    factor = circles.share / (1 - circles.share)
    back = _Back(circles, sources, floor=within / 10)
    ahead = _Ahead(circles, towards)
    rounds = 0
    while (error := factor * back.worst * ahead.unseen) > within:
        to_push, to_open = back.next(), ahead.next()
        rounds += 1
        if to_push and (not to_open or len(to_push) <= len(to_open)):
            back.push(to_push)
        else:
            ahead.open(to_open)
    rest = ahead.solve(back.rest, within / 100)
    wanted = [towards, *(rid for rid, _ in circles.rows[towards])]
    return Spread({rid: back.moved.get(rid, 0.0) + rest.get(rid, 0.0) for rid in wanted}, error, rounds)


def _foremost(amounts: dict[int, float], enough: int) -> list[int]:
    return sorted(amounts, key=lambda rid: -abs(amounts[rid]))[: max(enough, LEAST_ROWS)]


class _Back:
    """The search along reversed ties: what has moved, and the rest that has not been passed on."""

    def __init__(self, circles: Circles, sources: Mapping[int, float], *, floor: float):
        self._circles, self._floor = circles, floor
        self.rest = dict(sources)
        self.moved: dict[int, float] = {}

    @property
    def worst(self) -> float:
        return max(map(abs, self.rest.values()), default=0.0)

    def next(self) -> list[int]:
        """The members whose followers to read next, the largest rest first."""
        unread = {rid: rest for rid, rest in self.rest.items() if rid not in self._circles.followers and rest}
        limit = LEFT * max(map(abs, unread.values()), default=0.0)
        return _foremost(unread, sum(abs(rest) > limit for rest in unread.values()))

    def push(self, rids: Sequence[int]) -> None:
        """The rests of these members are passed on, and the rests of other members whose followers are known."""
        followers, rest = self._circles.followers, self.rest
        self._circles.read_followers(rids)
        waiting = list(rids)
        while waiting:
            again: set[int] = set()
            for rid in waiting:
                amount = rest.pop(rid, 0.0)
                if not amount:
                    continue
                self.moved[rid] = self.moved.get(rid, 0.0) + amount
                for follower, weight in followers[rid]:
                    rest[follower] = rest.get(follower, 0.0) + weight * amount
                    again.add(follower)
            floor = max(self._floor, LEFT * max((abs(rest[r]) for r in rest if r not in followers), default=0.0))
            waiting = [rid for rid in again if rid in followers and abs(rest.get(rid, 0.0)) > floor]


class _Ahead:
    """The search along ties: how one member's attention is spread over others, and which circles are known."""

    def __init__(self, circles: Circles, start: int):
        self._circles = circles
        self._order = [start]
        self._inside = {start}
        self._attention: dict[int, float] = {}
        self._pass_on({start: 1.0})

    @property
    def unseen(self) -> float:
        """The attention that has not come to rest on known circles; 0 when all that can be reached are known."""
        return sum(self._attention.values()) if self._outside() else 0.0

    def _outside(self) -> dict[int, float]:
        return {rid: amount for rid, amount in self._attention.items() if rid not in self._inside}

    def next(self) -> list[int]:
        """The members whose circles to read next, the most attention first."""
        outside = self._outside()
        goal, covered, enough = COVERED * sum(outside.values()), 0.0, 0
        for amount in sorted(outside.values(), reverse=True):
            if covered >= goal:
                break
            covered, enough = covered + amount, enough + 1
        return _foremost(outside, enough)

    def open(self, rids: Sequence[int]) -> None:
        """The circles of these members are known, and the attention on them is passed on."""
        self._circles.read(rids)
        self._order += rids
        self._inside.update(rids)
        self._pass_on({rid: self._attention.pop(rid) for rid in rids})

    def _pass_on(self, waiting: dict[int, float]) -> None:
        rows, attention, inside = self._circles.rows, self._attention, self._inside
        while waiting:
            for rid, amount in waiting.items():
                for contact, weight in rows[rid]:
                    attention[contact] = attention.get(contact, 0.0) + weight * amount
            floor = 0.02 * sum(self._outside().values()) / len(inside)
            floor = max(floor, 1e-16)
            waiting = {rid: amount for rid, amount in attention.items() if rid in inside and amount > floor}
            for rid in waiting:
                del attention[rid]

    def solve(self, rest: Mapping[int, float], within: float) -> dict[int, float]:
        """e = r + H W e on the known circles, to `within`; outside, e = r."""
        found = dict(rest)
        change = float("inf")
        while change > within:
            change = 0.0
            for rid in reversed(self._order):
                value = rest.get(rid, 0.0)
                for contact, weight in self._circles.rows[rid]:
                    value += weight * found.get(contact, 0.0)
                change = max(change, abs(value - found.get(rid, 0.0)))
                found[rid] = value
        return found
