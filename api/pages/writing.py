"""How the pages write numbers and times."""

import datetime
import math
import re
from collections.abc import Mapping

from markupsafe import Markup

from graph.analysis.monitoring.ages import ago
from graph.analysis.monitoring.drift import verdict
from graph.disclosure import set_aside
from graph.facts import wording
from graph.policy.numbers import number, percent
from graph.policy.wording import MANY
from graph.text.counts import counted
from graph.text.days import day, last_day, moment, until, zone_time

STEPS = {
    "reporters": "who kept promises to whom",
    "praised": "who kept promises to whom",
    "reach": "how far the founders' word comes, pass",
    "voices": "what each report counts",
    "voices_of_run": "what each report counts",
    "conduct": "own conduct of each member",
    "circle": "who is in whose circle",
    "sweep": "sweep",
    "publish": "the new ratings are written",
    "clear_staged": "tidying up",
}
DAY = re.compile(r"(\d{4}-\d\d-\d\d)")
SMALLEST = 1e-12
"Below this a number is written as this."


def rough(value: float) -> str:
    """The first digit of a number, rounded up: `0.0000002`."""
    if value <= 0:
        return "0"
    unit = 10.0 ** math.floor(math.log10(max(value, SMALLEST)))
    return number(math.ceil(round(max(value, SMALLEST) / unit, 9)) * unit)


def step(name: str) -> str:
    """A step of a run in words; `sweep 3` keeps its number."""
    query, _, count = name.partition(" ")
    return f"{STEPS.get(query, query)} {count}".strip()


def drift(psi: float) -> str:
    """`0.03, small`."""
    return f"{psi:.2f}, {verdict(psi)}"


def named(sentence: str, names: Mapping[str, str]) -> str:
    """The sentence of a reason, with the name of an organisation before its id: see graph/explain/reasons.py.

    Of several that the sentence may name it names one.
    """
    for id_, name in names.items():
        for before, after in (("the one to ", ", due "), ("lost by ", ", with ")):
            if (said := f"{before}{id_}{after}") in sentence:
                return sentence.replace(said, f"{before}{name} ({id_}){after}", 1)
    return sentence


def unbroken(text: str) -> Markup:
    """The text, in which no line breaks a day in two."""
    whole = Markup('<span class="unbroken">{}</span>')
    return Markup("").join(whole.format(part) if DAY.fullmatch(part) else part for part in DAY.split(text))


def date(value: datetime.date, zone: str | None = None) -> Markup:
    """A day as `day` writes it, that no line breaks in two."""
    return unbroken(day(value, zone))


FILTERS = {
    "day": day,
    "count": counted,
    "last_day": last_day,
    "kind": MANY.__getitem__,
    "moment": moment,
    "until": until,
    "figure": number,
    "percent": percent,
    "rough": rough,
    "step": step,
    "drift": drift,
    "ago": ago,
    "named": named,
    "in_dispute": set_aside.in_words,
    "fact": wording.to_member,
    "fact_of_two": wording.in_words,
    "date": date,
    "zone_time": zone_time,
    "unbroken": unbroken,
}
"By the names that templates call them."
