"""make drills: each drill at its number, one table at the end; with --write it is put into docs/reliability.md.

Ends with 1 where anything was lost, doubled or leaked, or a drill could not be brought to its end. A drill that
cannot be done on this machine says why, and is left out.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Sequence

from tests.drills import page
from tests.drills.outcome import COLUMNS, CannotBeDoneHere, Outcome
from tests.drills.suite import SUITE, Drill


def run(drill: Drill, times: int) -> Outcome | None:
    """What the drill gave, printed as soon as it is known; None where it broke off."""
    print(f"{drill.name}, {times} {drill.unit}: {drill.does}", flush=True)
    begun = time.monotonic()
    try:
        found = drill.run(times)
    except CannotBeDoneHere:
        raise
    except Exception:  # the others are run all the same
        traceback.print_exc()
        print(f"{drill.name} broke off after {time.monotonic() - begun:.0f} s", flush=True)
        return None
    figures = ", ".join(f"{name} {getattr(found, name):,}" for name in COLUMNS)
    print(f"{drill.name}: {figures}, in {found.seconds:.0f} s", *found.seen, sep="\n  ", flush=True)
    return found


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """One line for each drill, however wide the terminal is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    print(page.machine())
    for name, number, *figures in rows:
        parts = [name.ljust(widths[0]), number.ljust(widths[1]), *map(str.rjust, figures, widths[2:])]
        print("  ".join(parts), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    names = [each.name for each in SUITE]
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    parser.add_argument("drills", nargs="*", metavar="DRILL", help=f"some of {', '.join(names)}")
    parser.add_argument("--times", type=int, help="of each, in place of its own number")
    parser.add_argument("--write", action="store_true", help="put what came out into docs/reliability.md")
    given = parser.parse_args(arguments)
    if unknown := set(given.drills) - set(names):
        parser.error(f"there is no drill {', '.join(sorted(unknown))}: there are {', '.join(names)}")
    if given.times is not None and given.times < 1:
        parser.error(f"--times {given.times}: a drill is run once at least")
    table: dict[str, page.Entry] = {}
    good = True
    for each in (each for each in SUITE if not given.drills or each.name in given.drills):
        times = given.times or each.times
        try:
            found = run(each, times)
        except CannotBeDoneHere as reason:
            print(f"{each.name} is left out: {reason}", flush=True)
            continue
        good &= found is not None and found.whole
        if found is not None:
            table[each.name] = page.entry(each, times, found)
            if given.write:  # after each: a drill that comes later may take hours
                page.PAGE.write_text(page.written(page.PAGE.read_text(encoding="utf-8"), table), encoding="utf-8")
    print_table([page.HEADER[:-1], *(each.cells[:-1] for each in table.values())])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
