"""A policy as the queries of a run take it: numbers and names, and no objects."""

import math
from typing import Any

from graph.policy.scheme import CategoryFactor, Factor, ObligationsFactor, Scheme

STAGED, KEPT = "next_voice", "voice"
"The properties of a membership that hold its voice: while a run makes it, and from its publication on."


def factors(scheme: Scheme, kept_as: str = KEPT) -> dict[str, dict[str, Any] | None]:
    """Each factor as its file in cypher/rating/factors takes it; None where the policy leaves one out.

    kept_as: where voices are, STAGED during a run.
    """
    found = {name: None if factor is None else _factor(factor) for name, factor in scheme.factors.all().items()}
    if (obligations := found["obligations"]) is not None:
        obligations |= voice(scheme, kept_as)
    return found


def weights(scheme: Scheme) -> list[dict[str, Any]]:
    """The factors that the policy has as cypher/rating/conduct.cypher takes them."""
    return [{"name": name, "weight": factor.weight} for name, factor in scheme.factors.named().items()]


def _factor(factor: Factor) -> dict[str, Any]:
    params: dict[str, Any] = {
        "weight": factor.weight,
        "prior": factor.prior,
        "prior_weight": factor.prior_weight,
        "half_life": _or_none(factor.half_life_days),
    }
    if isinstance(factor, ObligationsFactor):
        params["late_days"] = float(factor.late_days)
        params["partner_month"] = _or_none(factor.partner_month)
        params["partner_year"] = _or_none(factor.partner_year)
    if isinstance(factor, CategoryFactor):
        params["values"] = dict(factor.values)
    return params


def circle(scheme: Scheme) -> dict[str, Any]:
    """The size and ageing of circles as cypher/rating/circle.cypher takes them."""
    return {"half_life": _or_none(scheme.circle.half_life_days), "size": scheme.circle.size}


def voice(scheme: Scheme, kept_as: str = KEPT) -> dict[str, Any]:
    """Where a member's voice is, and that of everyone else, as the queries take it; None: all speak in full.

    kept_as: the property of a membership, STAGED during a run.
    """
    return {"voice": kept_as, "outside": scheme.voice and scheme.voice.outside}


def bands(scheme: Scheme) -> list[dict[str, Any]]:
    """The bands as cypher/rating/publish.cypher takes them: first new, where the policy has it."""
    return [{"name": band.name, "from": band.from_points, "label": band.label} for band in scheme.all_bands]


def known_from(scheme: Scheme) -> float:
    """The evidence below which a member is new, as cypher/rating/publish.cypher takes it; 0: nobody is."""
    return scheme.known_from or 0.0


def _or_none(limit: float | None) -> float:
    """A half-life or a cap; Infinity for none: nothing ages then, and nothing is too much."""
    return math.inf if limit is None else limit
