"""The look back that an operator has put on the page of a scheme: kept with the scheme, so that a page is cheap.

A reader of two pages must not learn of one member from what differs. So no counts are on it, shares are in whole
percent, and the days of a later one begin when those of the one before have ended. docs/decisions/0040 says why.
"""

from datetime import datetime, timedelta

import msgspec

from graph.analysis.lookback import wording
from graph.analysis.lookback.backtest import Backtest
from graph.errors import NotFound, Refused
from graph.store.client import Database, utc
from graph.text.days import last_day

DIGITS = 2


class Share(msgspec.Struct, frozen=True):
    """Of one band, or of several together: what was late or broken. Shares in [0, 1], in whole percent."""

    bands: str
    broken: float
    low: float
    high: float


class Published(msgspec.Struct, frozen=True):
    """What a page tells of a look back."""

    version: str
    "of the policy"
    at: datetime
    days: int
    shares: list[Share]
    "the lowest band first; none: too few members owed anything"
    auc: tuple[float, float, float] | None
    "with both ends of its interval; None: nothing was kept, or nothing broken"
    sentences: list[str]


def told(found: Backtest) -> Published:
    """These figures, as far as everybody may see them."""
    shares = [
        Share(wording.named(cell), *(round(each, DIGITS) for each in cell.broken))
        for cell in found.cells
        if cell.broken is not None
    ]
    auc = found.separations and found.separations["rating"].auc
    return Published(
        version=found.version,
        at=found.at,
        days=found.days,
        shares=shares,
        auc=(round(auc.value, DIGITS), round(auc.low, DIGITS), round(auc.high, DIGITS)) if auc else None,
        sentences=wording.sentences(found.cells, found.separations),
    )


def publish(database: Database, found: Backtest) -> Published:
    """The figures are on the page of the scheme. Repeating it is refused, like any other of the same days.

    Raises NotFound (no such scheme), Refused (the one that is there covers some of the same days).
    """
    page = told(found)
    row = database.optional(
        "publish_look_back",
        scheme=found.scheme,
        figures=msgspec.json.encode(page).decode(),
        at=found.at,
        until=found.at + timedelta(days=found.days),
    )
    if row is None:
        raise NotFound(f"no scheme {found.scheme!r} is published")
    if not row["published"]:
        raise Refused(
            f"the look back on the page of {found.scheme} covers days up to {last_day(utc(row['until']))}: what a "
            "reader of both could work out from the difference would be of persons; choose a day from then on"
        )
    return page


def published(database: Database, scheme_id: str) -> Published | None:
    """What the page of this scheme tells; None: nothing was put there, or there is no such scheme."""
    row = database.optional("look_back", scheme=scheme_id)
    return msgspec.json.decode(row["figures"], type=Published) if row and row["figures"] else None
