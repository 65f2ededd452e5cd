"""What became of ratings on Bitcoin OTC: month by month from 2011-04 to 2014-12, bad reports in the month after.

Under trading as it was before there were caps and voices, to hold against figures that another program gave; and
as it ships. No server is needed.
"""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from benchmarks.cheating import BEFORE
from benchmarks.measuring import report
from benchmarks.worlds import bitcoin_otc
from graph.analysis.lookback import wording
from graph.analysis.lookback.backtest import Backtest, figures
from graph.analysis.lookback.entries import Entry, stood
from graph.analysis.material import Material
from graph.policy import scheme
from graph.policy.scheme import Scheme

MONTHS = [datetime(2011 + month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in range(3, 49)]


def monthly(otc: Path, policy: Scheme) -> Backtest:
    """What became of the ratings of every month, together: a member has an entry for each."""
    world = bitcoin_otc(otc)
    read = Material(policy, world.facts, world.as_of, world.founders)
    entries: list[Entry] = []
    for day, end in pairwise(MONTHS):
        entries += stood(read, policy, day, end)
    return figures(entries, policy, at=MONTHS[0], days=(MONTHS[-1] - MONTHS[0]).days)


def run(otc: Path) -> None:
    """Prints the figures under both policies."""
    if not otc.is_dir():
        print(f"looking back on Bitcoin OTC: skipped, {otc.name} is not beside the project")
        return
    for policy in (scheme.parse(BEFORE.read_text(encoding="utf-8"), BEFORE.name), scheme.read("trading")):
        found = monthly(otc, policy)
        title = f"Bitcoin OTC under {policy.id} {policy.version}, 45 months: bad reports in the month after"
        report(
            title,
            ("band", "members", "reports", "bad (95 %)"),
            [
                (wording.named(cell), cell.debtors, cell.obligations, wording.as_figure(cell.broken))
                for cell in found.cells
                if cell.broken is not None
            ],
        )
        report(
            "what is told apart",
            ("by", "AUC (95 %)"),
            [
                (wording.NAMES[name], wording.as_figure(each.auc))
                for name, each in (found.separations or {}).items()
            ],
        )
