"""What a row, a load, a run and a rating are: frozen values without behaviour beyond arithmetic."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Reject:
    """One row that was not loaded. `line` is from 1: of a CSV file, of a sheet, or the number of the row."""

    file: str
    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Chunk:
    """Consecutive checked rows of one kind from one file, and what was refused among them.

    rows:    one dict per good row: every column of the kind, None where missing; times as ISO 8601 in
             UTC (`2026-01-31T09:30:00.000000Z`), amounts and outcomes as floats, everything else text.
    lines:   the line of each row in its file, as long as `rows`.
    rejects: rows that failed a check which needs no database.
    read:    how many records of the file this chunk accounts for (good, rejected or filtered out).
    names:   what the file calls a column, where that is not what we call it.
    left_out: how many rows are left out because they name somebody who is in no table of the mapping.
    """

    kind: str
    file: str
    rows: list[Row]
    lines: list[int]
    rejects: list[Reject] = field(default_factory=list)
    read: int = 0
    names: dict[str, str] = field(default_factory=dict)
    left_out: int = 0


@dataclass(frozen=True)
class Run:
    """One rating of a whole scheme at one instant, with everything that is needed to repeat it."""

    id: str
    scheme: str
    as_of: datetime
    "the midnight (UTC) that ends the last day that counted"
    version: str
    hash: str
    "sha256 of what the policy said"
    policy: str
    "the whole text of the policy file"
    engine: str
    software: str
    server: str
    members: int
    range: int
    "largest rid + 1 at the start"
    ties: int
    batch: int
    sweeps: int
    bound: float
    "how far any score can be from the exact one"
    started: datetime
    finished: datetime
    founders: tuple[int, ...] | None = None
    "rids of the founders whose word its voices begin with, ascending; None: its policy has no voices"
    voices_of: str | None = None
    "the run whose voices, and founders, it used; None: its own"


@dataclass(frozen=True)
class Loaded:
    """What became of the rows of one kind of one file."""

    kind: str
    file: str
    stored: int = 0
    "rows that were new"
    completed: int = 0
    "rows that filled in what was missing"
    corrected: int = 0
    "rows that took the place of what was stored, where that was asked for"
    known: int = 0
    "rows that said nothing new"
    rejected: int = 0
    left_out: int = 0
    "rows that name nobody of the table of a mapping; nothing of them is kept"


@dataclass(frozen=True)
class Contact:
    """One contact of an inner circle as a rating used it."""

    entity: str
    rid: int
    "its number in the scheme"
    weight: float
    "the weights of one circle sum to 1"
    used: float
    "the contact's score that the rating used, in [0, 1]"


@dataclass(frozen=True)
class Part:
    """One line of a rating: `points` of it come from here. The parts of a rating sum to its points."""

    source: str
    "base, factor or contact"
    name: str
    points: float
    whole: int = 0
    "the same, rounded so that the parts still sum to the whole points that are shown"


@dataclass(frozen=True)
class SetAside:
    """Facts that a rating lacks because they are in dispute: disputed by the member, or by the other side."""

    member: int = 0
    "the member itself did"
    other: int = 0
    "the other side did"

    @property
    def total(self) -> int:
        """All of them."""
        return self.member + self.other


@dataclass(frozen=True)
class Rating:
    """One membership's published rating."""

    entity: str
    scheme: str
    score: float
    points: float
    whole_points: int
    band: str
    run: str
    as_of: datetime
    rerated: datetime | None
    "when a change was passed on to it; None: it is the run's own"
    bound: float
    "how far the score can be from the exact one"
    stale: bool
    "facts are newer than it, or changes were not passed on: the next run settles it"
    contested: bool
    "nobody may rely on it until a reviewer has closed the contest"
    set_aside: SetAside
    "facts that it lacks, since they are in dispute"


@dataclass(frozen=True)
class OpenRating(Rating):
    """A rating with everything that it is made of."""

    conduct: float
    evidence: float
    "the weight of all events that counted"
    rates: dict[str, float]
    "of each factor of the policy, in [0, 1]"
    circle: tuple[Contact, ...]
    parts: tuple[Part, ...]
    version: str
    hash: str


@dataclass
class Changes:
    """Entities whose facts changed, as the loader names them, and members that had a leaver in the circle."""

    conduct: set[str] = field(default_factory=set)
    contacts: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)
    "schemes that someone joined"
    left: dict[str, set[int]] = field(default_factory=dict)
    "by scheme: the rids of the members that lost a contact, or a reporter with a voice"
    marks: set[str] = field(default_factory=set)
    "the marks that leavers have set in Scheme.unsettled, and its own"
    mark: str = ""
    "the mark that passing them on sets there until it is done, so that a second try knows the first; empty: any"

    def add(self, kind: str, touched: Iterable[str]) -> None:
        """Facts of this kind changed; `touched` are entities, or schemes where the kind is memberships."""
        places = {"contacts": self.contacts, "memberships": self.joined}
        places.get(kind, self.conduct).update(touched)

    def add_leaver(self, scheme: str, followers: Iterable[int], mark: str | None) -> None:
        """Someone has left: what cypher/rights/leave.cypher says."""
        self.left.setdefault(scheme, set()).update(followers)
        self.marks.update([mark] if mark else [])

    def include(self, other: "Changes") -> None:
        """What the other says has changed too."""
        self.conduct |= other.conduct
        self.contacts |= other.contacts
        self.joined |= other.joined
        for scheme, followers in other.left.items():
            self.left.setdefault(scheme, set()).update(followers)
        self.marks |= other.marks

    def forget(self, entity: str) -> None:
        """Nothing here names the entity: there is nothing of it to re-rate any more."""
        self.conduct.discard(entity)
        self.contacts.discard(entity)
