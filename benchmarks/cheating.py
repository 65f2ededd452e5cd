"""What cheating moves: each attack under each shipped policy, rated by the reference. No server is needed.

`--write` puts each table into docs/cheating.md, between its two marks.
"""

import argparse
import os
import re
import statistics
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from itertools import product
from pathlib import Path
from random import Random

from benchmarks.attacks import ATTACKS, RETURNED, Attack, Base, Report, come_back, with_reports
from benchmarks.measuring import report
from benchmarks.worlds import World, bitcoin_otc, made_up
from graph.analysis import material
from graph.analysis.material import Material
from graph.facts.values import Facts
from graph.policy import scheme
from graph.policy.scheme import Scheme, whole
from graph.rating.reference import Ratings

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "cheating.md"
OTC = HERE.parents[1] / "shared" / "data" / "bitcoin-otc"
BEFORE = HERE / "policies" / "trading-1.toml"
"As trading was before there were caps and voices."
TARGETS = 5
"Of each attack: as many as take a few minutes on two cores."
ENOUGH = 10
"Reports that a member must have made to be one whose word is worth having."
YEARS, PARTNERS, BROKEN = 4, 20, 20
LATE = f"{YEARS} years of kept promises, then {BROKEN} broken ones: points before, and after"
WORLDS = ("otc", "made-up")
Table = tuple[str, list[str], list[list[str]]]
"Title, columns, rows."


def base(world: World, policy: Scheme, chosen: Ratings) -> Base:
    """The world under the policy, without any attack. chosen: the ratings that targets are chosen from."""
    ratings = rated(world, policy, world.facts)
    voices = material.heard(ratings)
    reports: dict[str, int] = {}
    for each in world.facts.obligations:
        reports[each.creditor] = reports.get(each.creditor, 0) + 1
    often = [each for each in sorted(reports) if reports[each] >= ENOUGH and each not in world.founders]
    heard = [each for each in often if voices.get(each) == 1]
    return Base(world, ratings, chosen, heard, [each for each in often if not voices.get(each)] or heard)


def target(pool: Sequence[str], place: int, targets: int) -> str:
    """One of so many targets, which stand at even distances in the pool."""
    return pool[(2 * place + 1) * len(pool) // (2 * targets)]


def moved(found: Base, policy: Scheme, attack: Attack, place: int, targets: int) -> float:
    """The points by which the attack moves the target at this place. Whoever else is in it is drawn."""
    chance = Random(f"{attack.name} {place}")
    whom = target(attack.pool(found), place, targets)
    after = rated(found.world, policy, attack.change(found, whom, chance))
    now = RETURNED if attack.change is come_back else whom
    return after.members[now].points - found.ratings.members[whom].points


def late_truth(found: Base, policy: Scheme) -> tuple[float, float]:
    """The points of a member with four years of kept promises, and then after twenty broken ones."""
    world, partners = found.world, found.heard[:PARTNERS]
    months = [world.as_of - timedelta(days=60 + 30 * month) for month in range(12 * YEARS)]
    kept = [Report(each, "late", at) for each in partners for at in months]
    broken = [
        Report(partners[number % len(partners)], "late", world.as_of - timedelta(days=5), 0.0)
        for number in range(BROKEN)
    ]
    before, after = (
        rated(world, policy, with_reports(world.facts, said)).members["late"].points
        for said in (kept, kept + broken)
    )
    return before, after


def rated(world: World, policy: Scheme, facts: Facts) -> Ratings:
    """Everybody's rating under the policy, from these facts."""
    return material.rate(Material(policy, facts, world.as_of, world.founders), policy, world.as_of)


def table(world: World, policies: Sequence[Scheme], targets: int, workers: int | None = None) -> Table:
    """A row for each attack, and a column for each policy. Targets are chosen under the first, for all."""
    chosen = rated(world, policies[0], world.facts)
    found = [(base(world, policy, chosen), policy) for policy in policies]
    asked = [(*each, targets) for each in product(range(len(ATTACKS)), range(len(found)), range(targets))]
    with ProcessPoolExecutor(workers or os.cpu_count(), initializer=_begin, initargs=(found,)) as pool:
        points = list(pool.map(_moved, asked))
    cells = [_cell(points[first : first + targets]) for first in range(0, len(points), targets)]
    width = len(found)
    rows = [[attack.name, *cells[row * width : (row + 1) * width]] for row, attack in enumerate(ATTACKS)]
    late = [late_truth(*each) for each in found]
    rows.append([LATE, *(f"{whole(before)}, {whole(after)}" for before, after in late)])
    columns = ["attack", *(f"{policy.id} {policy.version}" for policy in policies)]
    return f"On {world.name}: points, the middle one of {targets} targets (the largest)", columns, rows


_FOUND: list[tuple[Base, Scheme]] = []
"In a process that works for `table`: the world under each policy."


def _begin(found: Sequence[tuple[Base, Scheme]]) -> None:
    _FOUND[:] = found


def _moved(asked: tuple[int, int, int, int]) -> float:
    """By the attack and under the policy with these numbers, of the target at this place."""
    attack, policy, place, targets = asked
    return moved(*_FOUND[policy], ATTACKS[attack], place, targets)


def _cell(points: Sequence[float]) -> str:
    """`+20 (+37)`: the middle one, and the largest, up or down."""
    return f"{_signed(statistics.median(points))} ({_signed(max(points, key=abs))})"


def _signed(points: float) -> str:
    return f"{round(points):+d}" if round(points) else "0"


def in_markdown(found: Table) -> str:
    """The table as the page has it."""
    title, columns, rows = found
    lines = [f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *rows)]
    return "\n".join([f"{title}:", "", *lines])


def written(page: str, name: str, text: str) -> str:
    """The page with this text between the marks of that name, and otherwise as it was."""
    found, count = re.subn(
        rf"(?s)(<!-- the table of {name}, made by benchmarks/cheating.py -->\n).*?(<!-- its end -->)",
        lambda marks: f"{marks[1]}\n{text}\n\n{marks[2]}",
        page,
    )
    if count != 1:
        raise SystemExit(f"{PAGE} does not have the two marks of {name} once")
    return found


def run(otc: Path, *, worlds: Sequence[str] = WORLDS, targets: int = TARGETS, write: bool = False) -> None:
    """Prints the tables of these worlds; that of Bitcoin OTC only where its files are."""
    before = scheme.parse(BEFORE.read_text(encoding="utf-8"), BEFORE.name)
    for name in worlds:
        if name == "otc" and not otc.is_dir():
            print(f"cheating on Bitcoin OTC: skipped, {otc.name} is not beside the project")
            continue
        policies = ["trading"] if name == "otc" else scheme.shipped()
        world = bitcoin_otc(otc) if name == "otc" else made_up()
        found = table(world, [before, *map(scheme.read, policies)], targets)
        report(*found)
        if write:
            page = written(PAGE.read_text(encoding="utf-8"), name, in_markdown(found))
            PAGE.write_text(page, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--otc", type=Path, default=OTC)
    parser.add_argument("--worlds", nargs="*", choices=WORLDS, default=WORLDS)
    parser.add_argument("--targets", type=int, default=TARGETS, help="of each attack")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/cheating.md")
    arguments = parser.parse_args()
    run(arguments.otc, worlds=arguments.worlds, targets=arguments.targets, write=arguments.write)


if __name__ == "__main__":
    main()
