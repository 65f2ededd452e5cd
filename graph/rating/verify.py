"""An old run is repeated from the facts, and its ratings are compared with what is kept of them.

The facts are read as they are now and rated by graph/rating/reference.py, which shares nothing with the queries,
at the run's instant, by the text of its policy and with the voices on its record. Those are made anew too, from
the founders on record. Old facts are not kept: if they changed since, or a member left, ratings cannot be
compared, and are named with the reason.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from graph.errors import NotFound
from graph.facts.extract import all_facts
from graph.facts.values import Facts
from graph.model import Run
from graph.policy.scheme import Scheme, parse, whole
from graph.rating import reference, voices
from graph.rating.runs import recorded
from graph.store.client import Database

PAGE = 10_000
NOISE = 1e-9
"In score: the arithmetic of the two differs by less."
CHANGED = "its facts changed since"
LOST = "a contact that was in its circle has left"
GONE = "a reporter whose word counted may have left"
REACHED = "a member that it draws on has other facts now, or has left"
NOT_KEPT = "nothing is kept of its rating"
DIFFERS = "it differs, and nothing that is known explains it"


@dataclass(frozen=True)
class Apart:
    """A member whose rating of that run is not what the facts give now, or cannot be compared."""

    entity: str
    kept: float | None
    "points as they were published; None: nothing is kept"
    recomputed: float
    "points that the facts give now"
    why: str


@dataclass(frozen=True)
class Verified:
    """What became of repeating a run."""

    run: Run
    policy_holds: bool
    "whether the text of the policy on record still has the hash that the record says"
    equal: int
    "members whose score is the same within the bound"
    equal_as_shown: int
    "members with the same whole points; of these, only whole points are kept"
    largest: float
    "largest difference of an equal score"
    left: int
    "members of the run that have left the scheme since: nothing is kept of them"
    apart: tuple[Apart, ...]
    "by entity id"
    voices: int
    "members of whom the founders on record and the facts give the voice that the run used"
    voices_apart: int
    "members of whom they give another one"
    voices_why: str | None
    "why; None: there are none"

    @property
    def holds(self) -> bool:
        """Whether everything that could be compared is the same, or is explained."""
        why = [self.voices_why, *(each.why for each in self.apart)]
        return self.policy_holds and DIFFERS not in why


def verify_run(database: Database, run_id: str) -> Verified:
    """The run is rated anew from the facts and compared, member by member.

    Takes as long as reading all facts of the scheme and rating them in networkx, and as much memory.
    Raises NotFound (no such run, or it never finished), SchemeInvalid (the policy on record does not hold).
    """
    run = recorded(database, run_id)
    if run.finished is None:
        raise NotFound(f"run {run_id} never finished: it gave no ratings")
    scheme = parse(run.policy, f"run {run_id}")
    facts = all_facts(database, run.scheme, below=run.range)
    spoken = None if run.founders is None else voices.of_run(database, run, facts.members)
    fresh = reference.rate(facts, scheme, run.as_of, voices=spoken)
    rows = list(_kept(database, run))
    unlike = [row for row in rows if not _equal(row, fresh.members[row["entity"]], run.bound)]
    left = run.members - len(rows)
    why = _explain(rows, unlike, fresh, _reported_from_outside(facts) if spoken and left else set())
    heard = _voices(run, scheme, facts, spoken)
    exact = [row for row in rows if row["exact"] and row["entity"] not in why]
    return Verified(
        run=run,
        policy_holds=scheme.hash == run.hash,
        equal=len(exact),
        equal_as_shown=len(rows) - len(unlike) - len(exact),
        largest=max((abs(row["score"] - fresh.members[row["entity"]].score) for row in exact), default=0.0),
        left=left,
        apart=tuple(
            Apart(row["entity"], row["points"], fresh.members[row["entity"]].points, why[row["entity"]])
            for row in sorted(unlike, key=lambda row: str(row["entity"]))
        ),
        voices=sum(heard),
        voices_apart=len(heard) - sum(heard),
        voices_why=None if all(heard) else _why_voices(rows, left),
    )


def _voices(run: Run, scheme: Scheme, facts: Facts, spoken: Mapping[str, float] | None) -> list[bool]:
    """Of each member, whether the founders on record and the facts give the voice that the run used.

    Nothing of a run that used the voices of an earlier one: verifying that one tells.
    """
    if run.founders is None or run.voices_of is not None or spoken is None:
        return []
    named = {entity for entity, rid in facts.members if rid in run.founders}
    made = reference.make_voices(facts, scheme, run.as_of, named)
    return [made[entity] == spoken[entity] for entity, _ in facts.members]


def _why_voices(rows: Iterable[dict[str, Any]], left: int) -> str:
    """Why voices are others now: each hangs on the facts of everyone."""
    if any(row["changed"] for row in rows):
        return "facts of members changed since"
    return "members have left since" if left else DIFFERS


def _reported_from_outside(facts: Facts) -> set[str]:
    """The members with reports of somebody who takes no part now, and may have done so then."""
    joined = {entity for entity, _ in facts.members}
    return {owed.debtor for owed in facts.obligations if owed.creditor not in joined}


def _kept(database: Database, run: Run) -> Iterator[dict[str, Any]]:
    for first in range(0, run.range, PAGE):
        end = min(first + PAGE, run.range)
        yield from database.run("kept", scheme=run.scheme, run=run.id, first=first, end=end)


def _equal(row: dict[str, Any], member: reference.Rating, bound: float) -> bool:
    if row["exact"] is None:
        return False
    if row["exact"]:
        score: float = row["score"]
        return abs(score - member.score) <= bound + NOISE
    return whole(row["points"]) == whole(member.points)


def _explain(
    rows: Iterable[dict[str, Any]], unlike: list[dict[str, Any]], fresh: reference.Ratings, outside: Set[str]
) -> dict[str, str]:
    """Why each of the unlike is so, by entity: from what changed, along the circles of then and of now."""
    rows = list(rows)
    present = {row["rid"]: row["entity"] for row in rows}
    circles = {row["entity"]: [present.get(rid) for rid in row["circle"] or ()] for row in rows}
    reasons = {row["entity"]: CHANGED for row in rows if row["changed"]}
    for entity, circle in circles.items():
        if None in circle:
            reasons.setdefault(entity, LOST)
        if entity in outside:
            reasons.setdefault(entity, GONE)
    followers = defaultdict(set)
    for entity, circle in circles.items():
        for contact in filter(None, [*circle, *fresh.graph.successors(entity)]):
            followers[contact].add(entity)
    found = list(reasons)
    while found:
        for follower in followers[found.pop()]:
            if follower not in reasons:
                reasons[follower] = REACHED
                found.append(follower)
    return {
        row["entity"]: NOT_KEPT if row["exact"] is None else reasons.get(row["entity"], DIFFERS) for row in unlike
    }
