"""What must add up in an explanation of a member, whatever happened to the ratings around it."""

import math
from collections.abc import Iterable, Sequence
from typing import Protocol

from graph import explain
from graph.explain import Explanation, Reach
from graph.store.client import Database

EXACT = 1e-12
"relative: of a rating's points"


class Line(Protocol):
    """One line of an explanation, of whatever kind."""

    @property
    def points(self) -> float: ...

    @property
    def whole(self) -> int: ...


def check_sum(lines: Sequence[Line], points: float, whole: int) -> None:
    """The lines sum to the points, exactly and as they are shown."""
    assert close((line.points for line in lines), points)
    assert sum(line.whole for line in lines) == whole
    assert all(abs(line.whole - line.points) < 1 + 1e-6 for line in lines)


def close(found: Iterable[float], points: float) -> bool:
    return math.isclose(math.fsum(found), points, rel_tol=EXACT, abs_tol=950 * EXACT)


def check_opened(database: Database, entity: str, scheme: str, *, depth: int = 3) -> Explanation:
    """The rating with its facts adds up, and so does each level of a way inside; returns the rating explained."""
    explained = explain.explain(database, entity, scheme, facts=True)
    check_levels(explained)
    path: list[str] = []
    inside = explained
    while len(path) < depth and (names := _contacts(inside)):
        path.append(names[len(entity + scheme) % len(names)])
        inside = explain.explain(database, entity, scheme, path=path, facts=len(path) == depth)
        check_levels(inside)
    return explained


def _contacts(explained: Explanation) -> list[str]:
    """The contacts whose lines can be opened next; "" is one that has left."""
    return [part.name for part in explained.levels[-1].parts if part.source == "contact" and part.name]


def check_levels(explained: Explanation) -> None:
    top, last = explained.levels[0], explained.levels[-1]
    assert (top.points, top.whole) == (explained.rating.points, explained.rating.whole_points)
    for level in explained.levels:
        check_sum(level.parts, level.points, level.whole)
    if explained.factors is None:
        return
    for factor in explained.factors:
        check_sum([*factor.parts, *factor.facts], factor.points, factor.whole)
        assert all(fact.points == fact.part == fact.weight == fact.whole == 0 for fact in factor.facts if fact.why)
    opened = {factor.factor: factor.points for factor in explained.factors if factor.parts}
    assert opened == {part.name: part.points for part in last.parts if part.source == "factor"}


def check_reach(reach: Reach) -> None:
    check_sum([*reach.members, *reach.parts], reach.points, reach.whole_points)
    if reach.by_fact:
        check_sum([*reach.by_fact.facts, *reach.by_fact.parts], reach.points, reach.whole_points)
