"""The table of docs/reliability.md, made from what the drills gave."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from graph.settings import Settings
from tests.drills.outcome import COLUMNS, Outcome
from tests.drills.suite import SUITE, Drill

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
FIRST, LAST = "<!-- the table, made by tests/drills -->", "<!-- its end -->"
HEADER = ("drill", "number", *COLUMNS, "seconds", "where and when")


@dataclass(frozen=True)
class Entry:
    """What the page says of one drill."""

    cells: tuple[str, ...]
    "as in HEADER"
    seen: tuple[str, ...] = ()


def machine() -> str:
    """When and on what a drill was run."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    usual = Settings.model_fields["neo4j_version"].default
    version = os.environ.get("INNERCIRCLE_NEO4J_VERSION", usual)
    return f"{datetime.now(UTC):%Y-%m-%d}, {cores} cores, Neo4j {version}, Python {platform.python_version()}"


def entry(drill: Drill, times: int, found: Outcome) -> Entry:
    """What the drill gave, as it is printed and stands in the page."""
    figures = [f"{getattr(found, column):,}" for column in COLUMNS]
    return Entry((drill.name, f"{times} {drill.unit}", *figures, f"{found.seconds:,.0f}", machine()), found.seen)


def entries(page: str) -> dict[str, Entry]:
    """What the page has, by drill."""
    lines = page.split(FIRST, 1)[1].split(LAST, 1)[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]
    seen = [line.removeprefix("- `").split("`: ", 1) for line in lines if line.startswith("- `")]
    return {
        name: Entry((name, *row[1:]), tuple(said for of, said in seen if of == name))
        for row in rows
        if len(row) == len(HEADER) and row[2]
        for name in [row[0].strip("`")]
    }


def written(page: str, fresh: Mapping[str, Entry], suite: Sequence[Drill] = SUITE) -> str:
    """The page with these entries in place of those of the same drills; the others stay."""
    known = entries(page) | dict(fresh)
    lines = [f"| {' | '.join(HEADER)} |", "|" + "---|" * len(HEADER)]
    for drill in suite:
        cells = known[drill.name].cells if drill.name in known else ("", "not run yet", *[""] * (len(HEADER) - 2))
        lines.append(f"| `{drill.name}` | {' | '.join(cells[1:])} |")
    seen = [f"- `{each.name}`: {said}" for each in suite if each.name in known for said in known[each.name].seen]
    if seen:
        lines += ["", "What was seen besides:", "", *seen]
    text = "\n".join(lines)
    head, rest = page.split(FIRST, 1)
    return f"{head}{FIRST}\n\n{text}\n\n{LAST}{rest.split(LAST, 1)[1]}"
