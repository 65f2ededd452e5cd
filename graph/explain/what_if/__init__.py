"""What a rating would be if something had been otherwise, and what would lift it: nothing is ever written.

changes.py and policies.py say what can be asked, answer.py answers, lift.py asks in reverse, propagation.py
finds how far a change reaches. docs/formulas.md, "What if".
"""

from graph.explain.what_if.answer import Moved, Own, PointsAndBand, WhatIf, own_conduct, what_if
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
    "Own",
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
    "own_conduct",
    "under_share",
    "under_version",
    "what_if",
]
