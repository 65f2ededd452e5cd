"""What an engine is given, and what it gives: the same ratings, whichever engine made them.

`graph/rating/run.py` calls an engine's steps in the order in which they stand here. Until `publish` nothing that a
reader sees has changed, apart from circle ties, which are a picture of the newest circles; then each membership's
whole rating changes in one transaction. What a run publishes is in docs/graph.md, and only the run's record tells
which engine made it. tests/rating/engines holds every engine to graph/rating/reference.py: each value within 1e-9;
whole points, bands, circles and voices equal; and a second run gives the same bits.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from graph.policy.scheme import Scheme
from graph.rating.engines.sweeps import Propagated
from graph.rating.voices import Source
from graph.store import queries
from graph.store.client import Database

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Work:
    """One run of one scheme, as an engine is given it."""

    database: Database
    scheme: Scheme
    as_of: datetime
    "the midnight that ends the last day that counts"
    run: str
    started: datetime
    members: int
    "a member with this rid or a larger one takes no part"
    batch: int
    "members in one transaction at most"
    voices: Source | None
    "where voices come from; None: the policy has none"
    tags: dict[str, str]
    "of the run's transactions"
    progress: Progress

    @property
    def ranges(self) -> list[list[int]]:
        """All rids as [first, end], at most `batch` in each; two ranges at least, since two go side by side."""
        return self.spans(self.batch)

    def spans(self, most: int) -> list[list[int]]:
        """The same, with at most so many in each."""
        size = min(most, max(1, math.ceil(self.members / 2)))
        return [[first, min(first + size, self.members)] for first in range(0, self.members, size)]

    def step(self, name: str, **params: Any) -> dict[str, Any]:
        """The answer of a query; `name`, perhaps with a number behind it, is seen while it runs."""
        query = name.partition(" ")[0]
        self.progress(query)
        wanted = {field.name for field in queries.get(query).params}
        span = {"scheme": self.scheme.id, "ranges": self.ranges}
        span = {key: value for key, value in span.items() if key in wanted}  # a few look at the scheme as a whole
        return self.database.optional(query, tags=self.tags | {"step": name}, **span | params) or {}


class Engine(Protocol):
    """One run's worth of work. Every step raises any StoreError."""

    def make_voices(self) -> None:
        """Every member has its voice. Called only where the policy has voices."""

    def rate_conduct(self) -> None:
        """Every member has the rate and evidence of each factor, its conduct, and counts of facts set aside."""

    def find_circles(self) -> None:
        """Every member has its circle, and the INNER ties in the graph are those circles."""

    def propagate(self) -> Propagated:
        """Every member has its score, and the one under the veil. Raises NotConverged."""

    def count_leaning(self) -> list[int]:
        """Members whose rating leans on reporters without a voice, on one partner, on one month."""

    def publish(self) -> int:
        """Every rating is published, and in the same write whatever was staged on the member is gone.

        That is what this run has staged, and what a run or a re-rating has that broke off. Returns the ties in all
        circles.
        """

    def clear(self) -> None:
        """Nothing is left of what this run has staged. Called only where it fails before it publishes."""
