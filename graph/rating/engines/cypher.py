"""The engine in Cypher: everything is worked out by the server, in the files of cypher/rating.

What is not published yet is staged on the memberships, in properties that begin with `next_`. Re-rating
(graph/rating/rerate.py) uses the same files, on the members that a change touches.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from graph.policy import parameters
from graph.policy.scheme import Scheme
from graph.rating import voices
from graph.rating.engines.contract import Work
from graph.rating.engines.sweeps import Propagated, propagate
from graph.store.client import Database

OWN = "next_own"
"The property that the first sweep reads: conduct, of which the scores are made."
SWEPT = "next_scores", "next_swept"
"The properties that sweeps write by turns."
OF_A_FACTOR = "next_{}", "next_{}_evidence", "next_{}_aside"
"What is staged of each factor."
OTHERS = "next_conduct", "next_set_aside", "next_circle", "next_weights", "next_leaning", parameters.STAGED
"What else is staged beside it."
ROWS = 1_000
"Members whose ratings are published in one transaction."
SIDE_BY_SIDE = 2
"Transactions at a time, where no rating leaves a (:Past)."


class Cypher:
    """A run in Cypher; graph/rating/engines/contract.py says what each step is for."""

    def __init__(self, work: Work):
        self._work = work
        self._scores = OWN

    def make_voices(self) -> None:
        work = self._work
        if work.voices is not None:
            voices.stage(work.step, work.scheme, work.voices, work.as_of, work.members)

    def rate_conduct(self) -> None:
        stage_conduct(self._work.step, self._work.scheme, self._work.as_of, parameters.STAGED)

    def find_circles(self) -> None:
        work = self._work
        spoken = parameters.voice(work.scheme, parameters.STAGED)
        work.step("circle", members=work.members, as_of=work.as_of, **spoken, **parameters.circle(work.scheme))

    def propagate(self) -> Propagated:
        return propagate(self._work.scheme, self._sweep)

    def _sweep(self, number: int) -> float:
        """A sweep writes beside the scores that it reads, so that no score depends on the order of the members."""
        written = SWEPT[number % 2]
        share = self._work.scheme.circle.share
        change = self._work.step(f"sweep {number}", share=share, into=written, **{"from": self._scores})["change"]
        self._scores = written
        return change or 0.0

    def count_leaning(self) -> list[int]:
        work = self._work
        named = list(work.scheme.factors.named())
        if "obligations" not in named:  # what is staged is of a run that was killed, under another policy
            return [0, 0, 0]
        counts: list[int] = work.step("leaning", members=work.members, factors=named)["leaning"]
        return counts

    def publish(self) -> int:
        """Members without a (:Past) go side by side, and those that leave one after them, in turn."""
        work = self._work
        work.progress("publish")
        scores, veils = self._swept()
        step = partial(
            work.step,
            "publish",
            at_once=SIDE_BY_SIDE,
            factors=list(work.scheme.factors.named()),
            share=work.scheme.circle.share,
            cleared=dict.fromkeys(staged(work.scheme)),
            scores=scores,
            veils=veils,
            bands=parameters.bands(work.scheme),
            voices=work.voices is not None,
            known_from=parameters.known_from(work.scheme),
            contacts_aside=contacts_aside(work.database, work.scheme, work.as_of, work.members, parameters.STAGED),
            run=work.run,
            started=work.started,
        )
        ranges = work.spans(min(work.batch, ROWS))
        stayed = step(ranges=ranges, rows=1, pasts=False)
        waiting = [[rid, rid + 1] for each in stayed["waiting"] for rid in each]
        if not waiting:
            return stayed["ties"] or 0
        left = step(ranges=waiting, rows=min(work.batch, ROWS), pasts=True)
        return (stayed["ties"] or 0) + (left["ties"] or 0)

    def _swept(self) -> tuple[list[float | None], list[float | None]]:
        """The scores of the last sweep, and those under the veil, by rid; None where no member has it."""
        work = self._work
        scores: list[float | None] = [None] * work.members
        veils: list[float | None] = [None] * work.members
        for first, end in work.ranges:
            row = work.database.one(
                "staged_scores", scheme=work.scheme.id, first=first, end=end, **{"from": self._scores}
            )
            for rid, score, veil in zip(row["rids"], row["scores"], row["veils"], strict=True):
                scores[rid], veils[rid] = score, veil
        return scores, veils

    def clear(self) -> None:
        self._work.step("clear_staged")


def staged(scheme: Scheme) -> list[str]:
    """The properties that a run stages, whatever factors its policy has."""
    of_factors = [each.format(name) for name in scheme.factors.all() for each in OF_A_FACTOR]
    return [OWN, *SWEPT, *OTHERS, *of_factors, *voices.STAGED]


def stage_conduct(
    step: Callable[..., object], scheme: Scheme, as_of: datetime, voice: str = parameters.KEPT
) -> None:
    """The rate of each factor of the policy is staged, and then the conduct that they make.

    step: runs a query by name, with these parameters. voice: the property that holds the voices that count.
    """
    for name, factor in parameters.factors(scheme, voice).items():
        if factor is not None:
            step(name, as_of=as_of, factor=factor)
    step("conduct", factors=parameters.weights(scheme))


def contacts_aside(
    database: Database, scheme: Scheme, as_of: datetime, members: int, voice: str = parameters.KEPT
) -> dict[str, list[int]]:
    """Contacts that circles lack, since they are in dispute now, by rid as text: [by the member, by others].

    members: a member with this rid or a larger one is in no circle. voice: the property that holds the voices.
    Ask after circles are made: a contact disputed since then counts as set aside, though it is still in a circle.
    """
    if not (scheme.circle.size and scheme.circle.share):
        return {}
    how = parameters.circle(scheme) | parameters.voice(scheme, voice)
    rows = database.run("contacts_aside", scheme=scheme.id, members=members, as_of=as_of, **how)
    return {str(row["rid"]): [row["member"], row["other"]] for row in rows}
