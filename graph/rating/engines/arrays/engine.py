"""A run in arrays, step by step."""

from functools import cached_property

import numpy as np

from graph.policy.scheme import CategoryFactor, Factor, ObligationsFactor
from graph.rating import voices as of_runs
from graph.rating.engines.arrays import circles, conduct, publishing, reading, scores, tying, voices
from graph.rating.engines.arrays.columns import EPOCH, Members
from graph.rating.engines.arrays.ends import Ends
from graph.rating.engines.arrays.groups import Floats
from graph.rating.engines.contract import Work
from graph.rating.engines.sweeps import Propagated


class Arrays:
    """A run in numpy and scipy; graph/rating/engines/contract.py says what each step is for."""

    def __init__(self, work: Work):
        self._work = work
        self._today = work.as_of.toordinal() - EPOCH.toordinal() - 1
        self._voice: Floats | None = None
        self._capped: conduct.Owed | None = None

    @cached_property
    def _members(self) -> Members:
        return reading.members(self._work)

    @cached_property
    def _ends(self) -> Ends:
        return Ends(self._work)

    def _owed(self, factor: ObligationsFactor) -> conduct.Owed:
        """Read once: voices and rates go by the same obligations."""
        if self._capped is None:
            self._work.progress("obligations")
            self._capped = conduct.cap(reading.obligations(self._work, self._ends), factor, self._today)
        return self._capped

    @property
    def _outside(self) -> float:
        """The voice of whoever has none."""
        return self._work.scheme.voice.outside if self._work.scheme.voice else 1.0

    def make_voices(self) -> None:
        work = self._work
        source, policy, factor = work.voices, work.scheme.voice, work.scheme.factors.obligations
        if source is None or policy is None or factor is None:
            return
        if source.run is not None:
            self._voice = np.array(of_runs.by_rid(work.database, source.run, work.members), dtype=np.float64)
            return
        reports = self._owed(factor).reports
        work.progress("voices")
        self._voice = voices.made(reports, source.founders, policy, work.members)

    def rate_conduct(self) -> None:
        work, count = self._work, self._work.members
        self._rated = {name: self._rate(name, factor) for name, factor in work.scheme.factors.named().items()}
        work.progress("conduct")
        self._conduct, self._aside = np.zeros(count), np.zeros((count, 2), dtype=np.int64)
        for name, factor in work.scheme.factors.named().items():
            self._conduct = self._conduct + factor.weight * self._rated[name].rate
            if factor.weight > 0:  # a factor that weighs nothing lacks no fact
                self._aside = self._aside + self._rated[name].aside
        self._offset = np.zeros(count)
        self._offset[self._members.rids] = self._members.offsets

    def _rate(self, name: str, factor: Factor) -> conduct.Rated:
        count = self._work.members
        if isinstance(factor, ObligationsFactor):
            owed = self._owed(factor)
            rated, self._leaning = conduct.rate_obligations(owed, factor, self._voice, self._outside, count)
            return rated
        self._work.progress(name)
        values = dict(factor.values) if isinstance(factor, CategoryFactor) else {}
        return conduct.rate_things(reading.things(self._work, name, values), factor, self._today, count)

    def find_circles(self) -> None:
        work = self._work
        work.progress("circle")
        finding = circles.Finding(
            circle=work.scheme.circle,
            today=self._today,
            count=work.members,
            voice=self._voice,
            outside=self._outside,
            paused=reading.pauses(work),
        )
        contacts = reading.contacts(work, self._ends)
        self._ties = finding.choose(finding.pairs(contacts))
        self._lacking: dict[int, tuple[int, int]] = {}
        if work.scheme.circle.size and work.scheme.circle.share:
            disputed = work.database.run("packed_contacts_in_dispute", scheme=work.scheme.id, as_of=work.as_of)
            if disputed:
                self._lacking = finding.lacking(contacts, (circles.InDispute(**row) for row in disputed))
        tying.tie(work, reading.ties(work), tying.drawn(self._ties))

    def propagate(self) -> Propagated:
        self._work.progress("sweep")
        solved, self._state = scores.solve(self._work.scheme, self._ties, self._conduct, self._offset)
        return solved

    def count_leaning(self) -> list[int]:
        """As cypher/rating/leaning.cypher counts them."""
        if "obligations" not in self._rated:
            return [0, 0, 0]
        evidence = self._evidence()[self._members.rids]
        unheard, partner, month = self._leaning[self._members.rids].T
        known = evidence > 1
        each = unheard > evidence, known & (partner > evidence / 2), known & (month > evidence / 2)
        return [int(np.count_nonzero(members)) for members in each]

    def _evidence(self) -> Floats:
        found = np.zeros(self._work.members)
        for rated in self._rated.values():
            found = found + rated.evidence
        return found

    def publish(self) -> int:
        work = self._work
        work.progress("publish")
        aside = np.concatenate([self._aside, np.zeros_like(self._aside)], axis=1)
        for rid, counts in self._lacking.items():
            aside[rid, 2:] = counts
        return publishing.publish(
            work,
            publishing.Made(
                members=self._members,
                rated=self._rated,
                conduct=self._conduct,
                offset=self._offset,
                voice=self._voice,
                aside=aside,
                ties=self._ties,
                state=self._state,
            ),
        )

    def clear(self) -> None:
        """This engine stages nothing."""
