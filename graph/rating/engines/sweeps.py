"""How many sweeps a run makes: the same for every engine, and for one that runs where there is no store."""

import math
from collections.abc import Callable
from typing import NamedTuple

from graph.errors import NotConverged
from graph.policy.scheme import Scheme
from graph.text.counts import counted


class Propagated(NamedTuple):
    """How the scores were found: the sweeps made, and how far any score can be from the exact one."""

    sweeps: int
    bound: float


def propagate(scheme: Scheme, sweep: Callable[[int], float]) -> Propagated:
    """Sweeps are made until the bound holds.

    sweep: makes the one of this number, from 1 on; returns the largest change of a score, veiled ones among them.
    Raises NotConverged where the policy's sweeps are not enough.
    """
    share, solver = scheme.circle.share, scheme.solver
    bound = math.inf
    for number in range(1, solver.max_sweeps + 1):
        bound = sweep(number) * share / (1 - share)
        if bound <= solver.tolerance:
            return Propagated(number, bound)
    raise NotConverged(
        f"after {counted(solver.max_sweeps, 'sweeps')} a score can still be {bound:.3g} from the exact one, "
        f"and the policy of {scheme.id} allows {solver.tolerance:.3g}: nothing was published; "
        "raise solver.max_sweeps",
        sweeps=solver.max_sweeps,
        bound=bound,
    )
