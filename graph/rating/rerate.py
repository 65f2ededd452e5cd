"""Re-rating: members that a change touches are rated anew, and the difference is passed on while it matters.

The instant, the policy and the voices are those of the scheme's last run, so the result can be compared with a
fresh run at that instant with these voices. The same files of cypher/rating as in a run make the conduct and the
circles of the touched members. Then rerate.cypher publishes them and pushes the difference along reversed circle
ties, a round at a time, all in one transaction.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from graph.errors import StoreConflict
from graph.model import Changes
from graph.policy import parameters
from graph.policy.scheme import POINTS_RANGE, Scheme, parse
from graph.rating import offsets
from graph.rating.engines.cypher import contacts_aside, stage_conduct
from graph.rating.runs import alone
from graph.store.client import Database, utc
from graph.text.counts import counted

TOLERANCE_POINTS = 0.05
"How far a score may be from the exact one because small differences are not passed on, in points."
MOST_TIES = 100_000
"Circle ties that one re-rating may look at; beyond, the scheme is stale until its next run."


@dataclass
class Touched:
    """Members whose facts changed, by rid: some may have another conduct now, some another circle."""

    conduct: set[int] = field(default_factory=set)
    circle: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Rerated:
    """What one re-rating of a scheme did."""

    scheme: str
    run: str
    "the run; its policy and instant hold"
    as_of: datetime
    touched: int
    "members whose facts or circle changed"
    published: int
    "members whose rating was published anew, the touched among them"
    rounds: int
    ties: int
    "circle ties that were looked at"
    bound: float
    "how far any score of the scheme can now be from the exact one"
    stale: str
    "why nothing was published, and the next run has to settle it; empty: all is published"


@dataclass(frozen=True)
class _Rerating:
    """One re-rating of a scheme, whose conduct and circles are made: what is to be published, and within what."""

    scheme: Scheme
    run: str
    as_of: datetime
    "of that run"
    members: int
    "a member with this rid or a larger one is in no circle"
    now: datetime
    seeds: list[int]
    "the rids of members that are rated anew in any case"
    staged: list[int]
    "those of them whose conduct is staged"
    circled: list[int]
    "those of them whose circle is another now"
    settled: list[str]
    "the marks of changes that this settles"
    tolerance: float
    "of a score: how far it may be off because less is not passed on"
    slack: float
    "of a score: how far it can be from the exact one afterwards"
    most_ties: int


@dataclass(frozen=True)
class _Outcome:
    """What was published, as Rerated has it."""

    published: int = 0
    rounds: int = 0
    ties: int = 0
    stale: str = ""


def rerate(
    database: Database,
    changes: Changes,
    *,
    tolerance_points: float = TOLERANCE_POINTS,
    most_ties: int = MOST_TIES,
) -> list[Rerated]:
    """Every rating that the changes reach is published anew, in each scheme that was rated before.

    tolerance_points: above 0; no score is further from what a fresh run would give, beyond that run's own bound.
    most_ties: a scheme that needs more is marked stale instead, and its ratings stay as they were.
    Raises StoreConflict if a run or another re-rating of a scheme is under way, and any StoreError: the facts are
    stored all the same, ratings older than them say `stale`, and the next run settles it.
    """
    tolerance = tolerance_points / POINTS_RANGE
    return [
        done
        for scheme, touched in sorted(_by_scheme(database, changes).items())
        if (done := _rerate(database, scheme, touched, changes, tolerance, most_ties)) is not None
    ]


def passed_on(database: Database, changes: Changes) -> bool:
    """Whether the changes reached every rating that they touch, now.

    If not, a run or another re-rating is under way: the facts stand, older ratings say `stale`, and the next run
    settles it.
    """
    try:
        return not any(each.stale for each in rerate(database, changes))
    except StoreConflict:
        return False


def _by_scheme(database: Database, changes: Changes) -> dict[str, Touched]:
    found: dict[str, Touched] = {scheme: Touched() for scheme in changes.joined}
    for row in database.run("joined_by", entities=sorted(changes.conduct)) if changes.conduct else ():
        found.setdefault(row["scheme"], Touched()).conduct.update(row["rids"])
    for row in database.run("joined_by", entities=sorted(changes.contacts)) if changes.contacts else ():
        found.setdefault(row["scheme"], Touched()).circle.update(row["rids"])
    for scheme, rids in changes.left.items():
        found.setdefault(scheme, Touched()).circle.update(rids)
    return found


def _rerate(
    database: Database, scheme_id: str, touched: Touched, changes: Changes, tolerance: float, most_ties: int
) -> Rerated | None:
    """One scheme is re-rated; None where it has no run yet, or nothing of it changed."""
    change = str(uuid.uuid4())
    marks = changes.marks | {changes.mark or change}
    with alone(database, scheme_id, change) as tags:
        start = database.optional("rerating_start", scheme=scheme_id)
        if start is None:
            return None
        scheme = parse(start["policy"], f"run {start['run']}")
        _add_newcomers(database, scheme_id, touched, start["newcomers"])
        if scheme.voice:  # whoever left had a voice in the reports on them
            touched.conduct.update(changes.left.get(scheme_id, ()))
        if not scheme.circle.size:
            touched.circle.clear()
        seeds = sorted(touched.conduct | touched.circle)
        if not seeds:
            return None
        stale = _why_not(sorted(set(start["unsettled"]) - marks), len(seeds), most_ties)
        outcome = _Outcome(stale=stale)
        slack = tolerance + 3 * start["bound"]
        if not stale:
            as_of = utc(start["as_of"])
            if touched.conduct:
                own = {"scheme": scheme_id, "ranges": _ranges(touched.conduct)}
                stage_conduct(partial(database.run, tags=tags, **own), scheme, as_of)
            if touched.circle:
                database.run("unsettle", scheme=scheme_id, id=changes.mark or change, all=False)
                database.run(
                    "circle",
                    tags=tags,
                    scheme=scheme_id,
                    ranges=_ranges(touched.circle),
                    members=start["members"],
                    as_of=as_of,
                    **parameters.voice(scheme),
                    **parameters.circle(scheme),
                )
            outcome = _publish(
                database,
                _Rerating(
                    scheme=scheme,
                    run=start["run"],
                    as_of=as_of,
                    members=start["members"],
                    now=utc(start["now"]),
                    seeds=seeds,
                    staged=sorted(touched.conduct),
                    circled=sorted(touched.circle),
                    settled=sorted(marks),
                    tolerance=tolerance,
                    slack=slack,
                    most_ties=most_ties,
                ),
            )
        if outcome.stale:
            database.run("mark_stale", scheme=scheme_id)
    return Rerated(
        scheme=scheme_id,
        run=start["run"],
        as_of=utc(start["as_of"]),
        touched=len(seeds),
        published=outcome.published,
        rounds=outcome.rounds,
        ties=outcome.ties,
        bound=slack,
        stale=outcome.stale,
    )


def _add_newcomers(database: Database, scheme: str, touched: Touched, newcomers: Collection[int]) -> None:
    """Members that joined since the run are rated as well, and their contacts get new circles."""
    if newcomers:
        offsets.lay(database, scheme, first=min(newcomers))
        touched.conduct.update(newcomers)
        touched.circle.update(newcomers)
        touched.circle.update(
            row["rid"] for row in database.run("members_in_contact", scheme=scheme, rids=list(newcomers))
        )


def _why_not(unsettled: list[str], touched: int, most_ties: int) -> str:
    if unsettled:
        return f"circles and ratings do not fit since something broke off ({', '.join(unsettled)})"
    if touched > most_ties:
        return f"touched: {counted(touched, 'members')}; looked at may be at most {counted(most_ties, 'ties')}"
    return ""


def _publish(database: Database, work: _Rerating) -> _Outcome:
    """The seeds and all that they reach are published, in one transaction; or nothing is, for a reason.

    A residual of at most `threshold` everywhere keeps every score within threshold / (1 - share) of the exact one.
    """
    scheme, share = work.scheme, work.scheme.circle.share
    rids, forced = work.seeds, work.seeds
    published: set[int] = set()
    rounds = ties = 0
    aside = contacts_aside(database, scheme, work.as_of, work.members) if work.circled else {}
    with database.transaction() as transaction:
        while rids:
            row = transaction.run(
                "rerate",
                scheme=scheme.id,
                rids=rids,
                seeds=forced,
                staged=work.staged,
                factors=list(scheme.factors.named()),
                share=share,
                threshold=work.tolerance * (1 - share),
                bands=parameters.bands(scheme),
                known_from=parameters.known_from(scheme),
                circled=work.circled,
                contacts_aside=aside,
                run=work.run,
                now=work.now,
            )[0]
            rounds += 1
            ties += row["ties"]
            published.update(row["published"])
            if ties > work.most_ties:
                transaction.rollback()
                reason = f"more than {counted(work.most_ties, 'ties')} would have to be looked at"
                return _Outcome(rounds=rounds, ties=ties, stale=reason)
            rids, forced = row["followers"], []
        transaction.run("finish_rerating", scheme=scheme.id, run=work.run, settled=work.settled, slack=work.slack)
    return _Outcome(published=len(published), rounds=rounds, ties=ties)


def _ranges(rids: Collection[int]) -> list[list[int]]:
    return [[rid, rid + 1] for rid in sorted(rids)]
