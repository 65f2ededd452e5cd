"""Scores in arrays: sweeps over all circles at once; docs/formulas.md and cypher/rating/sweep.cypher."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from graph.policy.scheme import Scheme
from graph.rating.engines.arrays.columns import Ties
from graph.rating.engines.arrays.groups import Floats, summed
from graph.rating.engines.sweeps import Propagated, propagate


class Scores(NamedTuple):
    """By rid. Each score has one under the veil beside it: as if everybody's conduct had its offset added."""

    score: Floats
    "made from `used`"
    veiled: Floats
    shown: Floats
    "what anybody but the operator is shown: own conduct as it is, of others what `seen` has"
    used: Floats
    "of each tie in order: the contact's score that `score` was made from"
    seen: Floats
    "the contact's veiled score, held to [0, 1]"


def solve(scheme: Scheme, ties: Ties, conduct: Floats, offset: Floats) -> tuple[Propagated, Floats]:
    """How the scores were found, and [score, score under the veil] of each rid. Raises NotConverged."""
    count = len(conduct)
    matrix = sparse.csr_array((ties.weight, (ties.member, ties.contact)), shape=(count, count))
    share = _shares(scheme, ties, count)[:, np.newaxis]
    own = (1 - share) * np.stack([conduct, conduct + offset], axis=1)
    states = [np.stack([conduct, conduct + offset], axis=1)]

    def sweep(_number: int) -> float:
        before = states.pop()
        states.append(own + share * (matrix @ before))
        return float(np.max(np.abs(states[0] - before), initial=0.0))

    return propagate(scheme, sweep), states[0]


def published(scheme: Scheme, ties: Ties, conduct: Floats, offset: Floats, state: Floats) -> Scores:
    """What is published: made once more from the contacts' scores, in the order in which a reader adds up."""
    used, veils = state[ties.contact, 0], state[ties.contact, 1]
    seen = np.clip(veils, 0.0, 1.0)
    share = _shares(scheme, ties, len(conduct))

    def mean(own: Floats, of_contacts: Floats) -> Floats:
        return (1 - share) * own + share * summed(ties.member, ties.weight * of_contacts, len(conduct))

    return Scores(mean(conduct, used), mean(conduct + offset, veils), mean(conduct, seen), used, seen)


def _shares(scheme: Scheme, ties: Ties, count: int) -> Floats:
    """What the circle supplies of each score: nothing where it is empty."""
    return np.where(np.bincount(ties.member, minlength=count) > 0, scheme.circle.share, 0.0)
