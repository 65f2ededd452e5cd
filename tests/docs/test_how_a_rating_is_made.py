"""The page for those who are rated: its facts are rated, and its numbers are what comes out.

`REWRITE=1 pytest tests/docs/test_how_a_rating_is_made.py` writes down what comes out now.
"""

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph import explain
from graph.explain import Explanation, reasons
from graph.facts.values import Contact, Facts, Obligation
from graph.policy import scheme
from graph.rating import published
from graph.rating.run import rate
from graph.store.client import Database
from tests.storing import store
from tests.strategies import numbered

PAGE = Path(__file__).parents[2] / "docs" / "how-a-rating-is-made.md"
TEXT = PAGE.read_text(encoding="utf-8")
REWRITE = "REWRITE" in os.environ
AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
POLICY = scheme.read("reliability")
Row = Sequence[object]


def table(header: str) -> list[list[str]]:
    """The rows of the table that has this first line."""
    below = TEXT.split(f"{header}\n", 1)[1].split("\n", 1)[1]
    lines = re.match(r"(?:\|.*\|\n)*", below)
    assert lines is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[0].splitlines()]


def noon(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(hours=12)


def facts() -> Facts:
    """What the page says is known."""
    owed = [
        Obligation(who, to, noon(due), noon(paid) if paid else None)
        for who, to, due, paid in table("| who | owed to | due | paid |")
    ]
    contacts = [Contact(who, other, noon(on)) for who, other, on in table("| who | with | on |")]
    members = [(member, rid) for rid, member in enumerate(("ada", "ben", "cleo"))]
    return numbered(Facts(obligations=owed, contacts=contacts, members=members))


def signed(points: float) -> str:
    return f"{points:+.1f}".replace("-", "−")


def debts(explained: Explanation) -> list[Row]:
    assert explained.factors is not None
    opened = explained.factors[0]
    assert opened.factor == "obligations"
    counted = [fact for fact in opened.facts if fact.why is None]
    return [
        ("what the scheme assumes before any fact", "0.45", "4", signed(opened.parts[0].points)),
        *(
            (f"to the {fact.other}, due {fact.at:%Y-%m-%d}", f"{fact.value:.2f}", f"{fact.weight:.2f}",
             signed(fact.points))
            for fact in counted
        ),
        ("together", "", "", signed(opened.points)),
    ]  # fmt: skip


def circle(explained: Explanation) -> list[Row]:
    weights = {each.entity: f"{each.weight:.0%}" for each in explained.rating.circle}
    return [
        (tie.entity, tie.days, weights.get(tie.entity, ""), f"no: {tie.why}" if tie.why else "yes")
        for tie in explained.contacts or ()
    ]


NAMES = {
    "obligations": "her debts",
    "purchases": "purchases: the assumption",
    "visits": "visits: the assumption",
    "ben": "Ben, by his rating and his share of her circle",
    "cleo": "Cleo, the same",
}


def expected(database: Database) -> dict[str, list[Row]]:
    """Every table that has numbers of ratings, by its first line."""
    explained = explain.explain(database, "ada", POLICY.id, facts=True)
    inside = explain.explain(database, "ada", POLICY.id, path=["ben"]).levels[1]
    reach = explain.reach(database, "ada", POLICY.id, smallest_points=1e-6)
    why = reasons.why_not_higher(database, explained.rating)
    lines = [part for part in inside.parts if part.source != "not-passed-on"]
    return {
        "| member | points | band |": [
            (each.entity, each.whole_points, each.band)
            for each in published.lookup(database, ["ada", "ben", "cleo"], POLICY.id)
        ],
        "| Ada's debts | value | weight | points |": debts(explained),
        "| with | days | share of the circle | in the circle |": circle(explained),
        "| Ada's points | |": [
            *((NAMES.get(part.name, part.name), part.whole) for part in explained.levels[0].parts),
            ("together", explained.rating.whole_points),
        ],
        "| inside Ben's line | points |": [
            *((f"{part.source} {part.name}", f"{part.points:.1f}") for part in lines),
            ("together", f"{inside.points:.1f}"),
        ],
        "| whose conduct | of Ada's rating | points |": [
            ("where every rating starts", "", 350),
            *((each.entity, f"{each.share:.1%}", each.whole) for each in reach.members),
            ("together", "", reach.whole_points),
        ],
        "| points | reason |": [
            *((each.whole, f"{each.sentence} {each.advice}") for each in why.reasons),
            (why.rest_whole, "everything else"),
        ],
    }


def with_table(text: str, header: str, cells: list[list[str]]) -> str:
    """The page with these rows below the first line of a table."""
    lines = "".join("| " + " | ".join(row) + " |\n" for row in cells).replace("|  |", "| |").replace("|  |", "| |")
    return re.sub(rf"({re.escape(header)}\n\|[-|]+\|\n)(?:\|.*\|\n)*", lambda found: found[1] + lines, text)


@pytest.fixture
def rated(graph: Database) -> Database:
    store(graph, facts(), POLICY)
    rate(graph, POLICY.id, as_of=AS_OF)
    return graph


@pytest.mark.slow
def test_the_numbers_on_the_page_are_those_of_the_graph(rated: Database) -> None:
    text = TEXT
    for header, rows in expected(rated).items():
        cells = [[str(cell) for cell in row] for row in rows]
        if REWRITE:
            text = with_table(text, header, cells)
        else:
            assert table(header) == cells
    if REWRITE:
        PAGE.write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_what_the_page_says_in_words_is_so(rated: Database) -> None:
    factor = POLICY.factors.obligations
    assert factor is not None
    assert (factor.prior, factor.prior_weight, factor.half_life_days, factor.late_days) == (0.45, 4, 365, 30)
    assert POLICY.circle.share == 1 / 5
    explained = explain.explain(rated, "ada", POLICY.id, facts=True)
    (unpaid,) = [fact for fact in (explained.factors or ())[0].facts if fact.why]
    assert (unpaid.other, unpaid.why) == ("shop", "not yet due")
    reach = explain.reach(rated, "ada", POLICY.id, smallest_points=1e-6)
    assert {part.source for part in reach.parts if abs(part.points) > 1e-3} == {"base"}
    assert "ada" in [each.entity for each in explain.explain(rated, "ben", POLICY.id).rating.circle]
