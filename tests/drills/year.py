"""Made-up days of a community and its nightly round; in the middle of them the machine is lost.

Time is moved, and not slept. tests/promises/year.py has what happens on which day, and the promises that are
looked at.
"""

import tempfile
import time
from pathlib import Path

from graph.server import local
from tests.drills.outcome import Outcome
from tests.own_home import own_server, with_passphrase
from tests.promises.year import DAYS, HAPPENS, LOST, Year


def run(days: int, *, without_journal: bool = False) -> Outcome:
    """So many days. without_journal: the machine is restored without it, so that who left is back.

    The first promise that does not hold ends it: that day and all that were to come are lost.
    """
    with tempfile.TemporaryDirectory(prefix="innercircle-year-") as name:
        first, second = (with_passphrase(Path(name), home) for home in ("first", "second"))
        year = Year(first, second, Path(name) / "kept")
        year.without_journal = without_journal
        begun, broken = time.monotonic(), tuple[str, ...]()
        with own_server(first):
            try:
                year.live(days, lost=days * LOST // DAYS)
            except AssertionError as error:
                broken = (f"lost: a promise did not hold on day {year.lived}: {_where(error)}",)
            finally:
                local.discard(second)
        missed = sorted(HAPPENS - set(+year.counted)) if days >= DAYS else []
        happened = ", ".join(f"{what} {often:,}" for what, often in sorted(year.counted.items()))
        growth = "; ".join(
            f"day {day:,}: {megabytes:.0f} MB on the disk, {nodes:,} nodes, {relationships:,} relationships"
            for day, megabytes, nodes, relationships in (*year.sizes[:1], *year.sizes[-1:])
        )
        broken += tuple(f"lost: a whole year without {what}" for what in missed)
        seen = (*broken, f"what happened: {happened}", f"the store, {growth}")
        return Outcome(days, year.lived, days - year.lived + len(missed), 0, 0, time.monotonic() - begun, seen)


def _where(error: BaseException) -> str:
    """The innermost function of the year, or of its promises, in which the error came, and what it says."""
    place, trace = "", error.__traceback__
    while trace is not None:
        place, trace = trace.tb_frame.f_code.co_name, trace.tb_next
    return f"{place}: {error}"
