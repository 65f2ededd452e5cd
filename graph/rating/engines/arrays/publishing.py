"""Ratings that were worked out in arrays are published from lists, in bounded transactions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from graph.errors import StoreConflict
from graph.policy import parameters
from graph.policy.scheme import LOWEST_POINTS, NEW, POINTS_DIGITS, POINTS_RANGE
from graph.rating.engines.arrays import scores
from graph.rating.engines.arrays.batches import Row, batches, in_turn, lists, side_by_side
from graph.rating.engines.arrays.columns import Members, Ties
from graph.rating.engines.arrays.conduct import Rated
from graph.rating.engines.arrays.groups import Flags, Floats, Ints
from graph.rating.engines.contract import Work

ROWS = 2_000
"Members in one transaction."
UNRATED = "", ""
"The captions of a member before its first rating."
ROUNDS = 10
"How often members can lose contacts while a run publishes."


@dataclass(frozen=True)
class Made:
    """Everything that a run has made, by rid; `state` is [score, score under the veil] of the last sweep."""

    members: Members
    rated: dict[str, Rated]
    conduct: Floats
    offset: Floats
    voice: Floats | None
    aside: Ints
    ties: Ties
    state: Floats


def publish(work: Work, made: Made) -> int:
    """Every member's rating is published; returns the ties in all circles.

    Members whose caption stays go side by side, and so do those that had none; the others leave a (:Past), and go
    one transaction after another.
    A member that lost a contact while the run was under way comes back, and is published with those it has. Then
    the scheme is marked: the circle may lack who would have taken the place.
    Raises StoreConflict where that does not end.
    """
    rids, ties = made.members.rids, 0
    for number in range(ROUNDS):
        published, unfit = _round(work, made, rids)
        ties += published
        if not unfit:
            return ties
        if number == 0:  # whoever left has marked it only where there was a tie to take along
            work.database.run("unsettle", scheme=work.scheme.id, id=f"left {work.run}", all=False)
        made = replace(made, ties=_left(made.ties, unfit))
        rids = np.array(sorted(row["rid"] for row in unfit), dtype=np.int64)
    raise StoreConflict(
        f"circle ties of {work.scheme.id} were changed while they were published: run the command again"
    )


def _round(work: Work, made: Made, rids: Ints) -> tuple[int, list[Row]]:
    """These members are published: the ties in their circles, and those that have lost a contact."""
    found = scores.published(work.scheme, made.ties, made.conduct, made.offset, made.state)
    stays = _stays(work, made, found)[rids]
    params = {
        "factors": list(made.rated),
        "bands": parameters.bands(work.scheme),
        "known_from": parameters.known_from(work.scheme),
        "run": work.run,
        "started": work.started,
    }
    ties, unfit = 0, []
    for write, chosen in ((side_by_side, rids[stays]), (in_turn, rids[~stays])):
        rows = batches(work, chosen, ROWS, partial(_rows, made, found))
        for answer in write(work, "publish_packed", rows, **params):
            ties += answer["ties"]
            unfit += answer["unfit"]
    return ties, unfit


def _left(ties: Ties, unfit: list[Row]) -> Ties:
    """The ties without those that these members have lost; what is left of a circle sums to 1 again."""
    tied = {row["rid"]: set(row["tied"]) for row in unfit}
    touched = np.isin(ties.member, np.array(list(tied), dtype=np.int64))
    stays = ~touched
    stays[touched] = [
        contact in tied[member]
        for member, contact in zip(ties.member[touched].tolist(), ties.contact[touched].tolist(), strict=True)
    ]
    columns: Iterator[Any] = (column[stays] for column in ties)
    left, again = Ties(*columns), touched[stays]
    total, size = np.bincount(left.member, weights=left.weight, minlength=1), np.bincount(left.member, minlength=1)
    whole = total[left.member]
    share = np.divide(left.weight, whole, out=1.0 / size[left.member], where=whole > 0)
    return left._replace(weight=np.where(again, share, left.weight))


def _rows(made: Made, found: scores.Scores, rids: Ints) -> Row:
    """What publish_packed.cypher takes of these members."""
    circle = lists(made.ties, rids)
    rated = made.rated.values()
    return {
        "rids": rids.tolist(),
        "own": _own(made.rated, rids),
        "evidences": np.stack([each.evidence[rids] for each in rated], axis=1).tolist(),
        "conducts": made.conduct[rids].tolist(),
        "voices": [None] * len(rids) if made.voice is None else _or_none(made.voice[rids]),
        "aside": made.aside[rids].tolist(),
        "circles": circle(made.ties.contact),
        "weights": circle(made.ties.weight),
        "used": circle(found.used),
        "seen": circle(found.seen),
        "scores": found.score[rids].tolist(),
        "shown_scores": found.shown[rids].tolist(),
        "veiled": found.veiled[rids].tolist(),
    }


def _own(rated: dict[str, Rated], rids: Ints) -> list[dict[str, float]]:
    """Of each of these members the properties that hold the rates of the factors, and their evidence."""
    names = [name for factor in rated for name in (factor, f"{factor}_evidence")]
    columns = [column[rids].tolist() for each in rated.values() for column in (each.rate, each.evidence)]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _or_none(values: Floats) -> list[float | None]:
    return [None if none else value for value, none in zip(values.tolist(), np.isnan(values), strict=True)]


def _stays(work: Work, made: Made, found: scores.Scores) -> Flags:
    """By rid, who leaves no (:Past): the caption, exact and as shown, is as before, or there was none.

    It decides who goes side by side, no more.
    """
    rids = made.members.rids
    evidence = sum((each.evidence for each in made.rated.values()), np.zeros(len(made.conduct)))
    new = np.round(evidence, 9) < parameters.known_from(work.scheme)
    starts = [band.from_points for band in work.scheme.bands]
    names = [*(band.name for band in work.scheme.bands), NEW.name]

    def captions(score: Floats) -> list[str]:
        whole = np.floor(np.round(LOWEST_POINTS + POINTS_RANGE * score, POINTS_DIGITS) + 0.5)
        band = np.where(new, len(starts), np.searchsorted(starts, whole, side="right") - 1)
        each = zip(whole[rids].tolist(), band[rids].tolist(), strict=True)
        return [f"{points:.0f} {names[number]}" for points, number in each]

    after = zip(captions(found.score), captions(found.shown), strict=True)
    stays = np.zeros(len(made.conduct), dtype=bool)
    stays[rids] = [was in (now, UNRATED) for now, was in zip(after, made.members.captions, strict=True)]
    return stays
