"""What a rating would be if something had been otherwise, and what would lift it: nothing is ever written.

changes.py and policies.py say what can be asked, answer.py answers, lift.py asks in reverse, propagation.py
finds how far a change reaches. docs/formulas.md, "What if".
"""

from graph.explain.what_if.answer import Moved, PointsAndBand, WhatIf, own_rates, what_if
from graph.explain.what_if.changes import (
    Change,
    NewContactDay,
    Removed,
    Settled,
    UnderPolicy,
    WithoutContact,
    changed,
    other_end,
)
from graph.explain.what_if.lift import Lift, Payment, fewest_payments, lift
from graph.explain.what_if.policies import in_words, under_share, under_version

__all__ = [
    "Change",
    "Lift",
    "Moved",
    "NewContactDay",
    "Payment",
    "PointsAndBand",
    "Removed",
    "Settled",
    "UnderPolicy",
    "WhatIf",
    "WithoutContact",
    "changed",
    "fewest_payments",
    "in_words",
    "lift",
    "other_end",
    "own_rates",
    "under_share",
    "under_version",
    "what_if",
]
