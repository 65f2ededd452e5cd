"""What must add up in an explanation of a member, whatever happened to the ratings around it."""

import math
from collections.abc import Iterable

from graph import explaining
from graph.database import Database
from graph.explaining import Explanation, Reach

EXACT = 1e-12
"relative: of a rating's points"


def close(found: Iterable[float], points: float) -> bool:
    return math.isclose(math.fsum(found), points, rel_tol=EXACT, abs_tol=950 * EXACT)


def check_opened(database: Database, entity: str, scheme: str, *, depth: int = 3) -> Explanation:
    """The rating with its facts adds up, and so does each level of a way inside; returns the rating explained."""
    explained = explaining.explain(database, entity, scheme, facts=True)
    check_levels(explained)
    path: list[str] = []
    inside = explained
    while len(path) < depth and (names := _contacts(inside)):
        path.append(names[len(entity + scheme) % len(names)])
        inside = explaining.explain(database, entity, scheme, path=path, facts=len(path) == depth)
        check_levels(inside)
    return explained


def _contacts(explained: Explanation) -> list[str]:
    """Whose lines can be opened next; "" is someone who has left."""
    return [part.name for part in explained.levels[-1].parts if part.source == "contact" and part.name]


def check_levels(explained: Explanation) -> None:
    top = explained.levels[0]
    assert (top.points, top.whole) == (explained.rating.points, explained.rating.whole_points)
    for level in explained.levels:
        assert close((part.points for part in level.parts), level.points)
        assert sum(part.whole for part in level.parts) == level.whole
        assert all(abs(part.whole - part.points) < 1 + 1e-6 for part in level.parts)
    for factor in explained.factors or ():
        lines = [*factor.parts, *factor.facts]
        assert close((line.points for line in lines), factor.points)
        assert sum(line.whole for line in lines) == factor.whole
        assert all(fact.points == fact.part == fact.weight == fact.whole == 0 for fact in factor.facts if fact.why)
    opened = {factor.factor: factor.points for factor in explained.factors or () if factor.parts}
    last = {part.name: part.points for part in explained.levels[-1].parts if part.source == "factor"}
    assert explained.factors is None or opened == last


def check_reach(reach: Reach) -> None:
    points = [member.points for member in reach.members] + [part.points for part in reach.parts]
    assert close(points, reach.points)
    assert sum(line.whole for line in (*reach.members, *reach.parts)) == reach.whole_points
    if reach.by_fact:
        lines = [*reach.by_fact.facts, *reach.by_fact.parts]
        assert close((line.points for line in lines), reach.points)
        assert sum(line.whole for line in lines) == reach.whole_points
