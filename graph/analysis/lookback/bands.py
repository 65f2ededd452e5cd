"""What was late or broken, band by band. Every number is of twenty members at least that owed something."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from graph.analysis.lookback.entries import Entry
from graph.analysis.lookback.measures import Estimate, share_broken
from graph.disclosure.band_counts import SMALLEST, merged
from graph.policy.scheme import Scheme


@dataclass(frozen=True)
class Cell:
    """One band, or several that stand together, since one of them would be of fewer than twenty.

    apart:   it is no band of points, and so neither above nor below another.
    members: that stood in it; debtors: those of them that owed something in the days after.
    broken:  the share of the obligations that was late or broken; None: one member owed more than half of them.
    """

    bands: tuple[str, ...]
    apart: bool
    members: int
    debtors: int
    obligations: int
    broken: Estimate | None


def cells(entries: Sequence[Entry], policy: Scheme) -> tuple[Cell, ...]:
    """The bands, the lowest first; then those that points do not decide. None, where fewer than twenty owed.

    Bands are put together by the rule of docs/decisions/0026, here of members that owed something.
    """
    by_band: defaultdict[str, list[Entry]] = defaultdict(list)
    for each in entries:
        by_band[each.band].append(each)
    owing = [len(_debtors(by_band[band.name])) for band in policy.bands]
    together = [tuple(band.name for band in cell.bands) for cell in merged(policy.bands, owing)]
    apart = [(name,) for name in sorted(set(by_band) - {band.name for band in policy.bands})]
    found = (
        _cell(names, [each for name in names for each in by_band[name]], apart=names in apart)
        for names in (*together, *apart)
    )
    return tuple(cell for cell in found if cell.debtors >= SMALLEST)


def _cell(names: tuple[str, ...], entries: list[Entry], *, apart: bool) -> Cell:
    debtors = _debtors(entries)
    due = sum(debtors.values())
    told = due and 2 * max(debtors.values()) <= due
    members = len({each.member for each in entries})
    return Cell(names, apart, members, len(debtors), due, share_broken(entries) if told else None)


def _debtors(entries: Sequence[Entry]) -> dict[str, int]:
    """How many obligations each member owed, of those that owed any."""
    found: defaultdict[str, int] = defaultdict(int)
    for each in entries:
        if each.due:
            found[each.member] += each.due
    return found
