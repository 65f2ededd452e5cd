"""What a rating would be if something had been otherwise, and what would lift it: nothing is ever written.

changes.py and asking.py say what can be asked, answering.py answers, lifting.py asks in reverse, spreading.py
finds how far a change reaches. docs/formulas.md, "What if".
"""

from graph.what_if.answering import Moved, Standing, WhatIf, what_if
from graph.what_if.asking import under_share, under_version
from graph.what_if.changes import (
    FACT_KINDS,
    Change,
    NewContactDay,
    Removed,
    Settled,
    UnderPolicy,
    WithoutContact,
    changed,
)
from graph.what_if.lifting import Lift, Payment, lift

__all__ = [
    "FACT_KINDS",
    "Change",
    "Lift",
    "Moved",
    "NewContactDay",
    "Payment",
    "Removed",
    "Settled",
    "Standing",
    "UnderPolicy",
    "WhatIf",
    "WithoutContact",
    "changed",
    "lift",
    "under_share",
    "under_version",
    "what_if",
]
