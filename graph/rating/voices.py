"""Voices in a run: made from the founders in force, or taken from an earlier run; and kept on its record.

The steps are the files of cypher/rating/voice, and graph/rating/reference_voices.py is the law. They stage
`next_voice`, which publication makes `voice`. Re-rating and what-if use that until the next run.
"""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph.errors import NotFound, Refused
from graph.model import Run
from graph.policy import parameters
from graph.policy.scheme import Scheme
from graph.rating.reference_voices import PASSES
from graph.rating.runs import recorded
from graph.store.client import Database
from graph.text.counts import counted

PASSED = "next_word", "next_heard"
"The properties that passes write by turns."
STAGED = *PASSED, "next_reporters", "next_promises", "next_praised", "next_reach"
"All that is staged of voices, apart from the voice itself."


@dataclass(frozen=True)
class Founder:
    """A founder in force that takes part."""

    rid: int
    entity: str


@dataclass(frozen=True)
class Source:
    """Where a run has its voices from: its founders, or an earlier run, whose founders these are."""

    founders: tuple[int, ...]
    "rids, ascending"
    run: str | None = None
    "the earlier run; None: they are made anew"

    def record(self) -> dict[str, Any]:
        """What the run's record says of it."""
        return {"founders": list(self.founders), "voices_of": self.run}


def founders(database: Database, scheme_id: str) -> list[Founder]:
    """The founders of the scheme that are in force and take part, by rid."""
    return [Founder(**row) for row in database.run("founders", scheme=scheme_id)]


def source(database: Database, scheme: Scheme, *, members: int, voices_of: str | None) -> Source | None:
    """Where a run of `members` rids has its voices from; None: its policy has none.

    Raises Refused (too few founders; voices are asked for a policy without, or of a run that has none, that had
    another policy, or of whose founders one is none any more), NotFound (no such run of the scheme that has
    finished).
    """
    if scheme.voice is None:
        if voices_of is not None:
            raise Refused(f"the policy of {scheme.id} has no [voice]: leave --voices-of out")
        return None
    if voices_of is not None:
        return _earlier(database, scheme, voices_of)
    return Source(tuple(each.rid for each in _enough(database, scheme, members)))


def in_force(database: Database, scheme: Scheme) -> list[str]:
    """The entity ids of the founders. Raises Refused where they are fewer than the policy asks for."""
    return [each.entity for each in _enough(database, scheme, None)]


def _enough(database: Database, scheme: Scheme, members: int | None) -> list[Founder]:
    found = [each for each in founders(database, scheme.id) if members is None or each.rid < members]
    wanted = scheme.voice.founders_at_least if scheme.voice else 0
    if len(found) < wanted:
        raise Refused(
            f"{scheme.id} has {counted(len(found), 'founders')} in force that take part, and its policy asks for "
            f"{wanted:,} at least: nobody is rated. Name more with "
            f"`innercircle founders add {scheme.id} ENTITY`; a person counts after accepting"
        )
    return found


def _earlier(database: Database, scheme: Scheme, run_id: str) -> Source:
    run = recorded(database, run_id)
    if run.scheme != scheme.id or run.finished is None:
        raise NotFound(f"run {run_id} is no finished run of {scheme.id}: `innercircle query runs` lists them")
    if run.founders is None:
        raise Refused(f"run {run_id} has no voices: the policy that it used has no [voice]")
    if run.hash != scheme.hash:
        raise Refused(
            f"run {run_id} rated under version {run.version} of the policy, and {scheme.version} is published "
            "now: leave --voices-of out, and voices are made anew"
        )
    gone = set(run.founders) - {each.rid for each in founders(database, scheme.id)}
    if gone:
        raise Refused(
            f"of the founders of run {run_id}, {len(gone):,} {'is' if len(gone) == 1 else 'are'} in force no "
            "longer, and nobody is heard by a word that was taken back: leave --voices-of out, and voices are "
            "made anew"
        )
    return Source(run.founders, run.voices_of or run.id)


def stage(
    step: Callable[..., dict[str, Any]], scheme: Scheme, source: Source, as_of: datetime, members: int
) -> None:
    """Every member's voice is staged. step: runs a query by name, with these parameters."""
    if scheme.voice is None:
        return
    if source.run is not None:
        step("voices_of_run", voices_of=source.run)
        return
    rids = list(source.founders)
    factor = parameters.factors(scheme)["obligations"]
    step("reporters", members=members, as_of=as_of, factor=factor, founders=rids)
    step("praised", members=members)
    word, heard = PASSED
    for number in range(1, PASSES + 1):
        step(f"reach {number}", **{"pass": scheme.voice.passed_on, "from": word, "into": heard})
        word, heard = heard, word
    level = step("level", members=members, full=scheme.voice.full)["level"]
    step("voices", founders=rids, level=level)


def of_run(database: Database, run: Run, members: Collection[tuple[str, int]]) -> dict[str, float]:
    """The voices that the run used, by entity id; members: (entity, rid). Whoever has joined since has none."""
    made = run if run.voices_of is None else recorded(database, run.voices_of)
    row = database.one("run_voices", id=made.id)
    quarters = dict(zip(row["speakers"] or (), row["quarters"] or (), strict=True))
    return {entity: quarters.get(rid, 0) / 4 for entity, rid in members if rid < made.range}


def by_rid(database: Database, run_id: str, members: int) -> list[float]:
    """The voices that an earlier run made, of rids below `members`; nan: whoever has joined since has none.

    Members with the largest rids may have left since then, and had one.
    """
    made, row = recorded(database, run_id), database.one("run_voices", id=run_id)
    found = [0.0 if rid < made.range else math.nan for rid in range(members)]
    for rid, quarters in zip(row["speakers"] or (), row["quarters"] or (), strict=True):
        if rid < members:
            found[rid] = quarters / 4
    return found


def of_reporters(database: Database, run_id: str, entity: str) -> dict[str, float]:
    """The voices that the run used of those who report about this entity now, by entity id."""
    rows = database.run("voices_of_reporters", run=run_id, entity=entity)
    return {row["reporter"]: row["voice"] for row in rows}
