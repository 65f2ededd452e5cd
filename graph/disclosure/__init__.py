"""What anybody but the operator is shown of a rating: its member, a client, the reader of a report.

Own facts are shown as they are. The scores of others are veiled (masking.py), and contacts who do not show their
part stand in one line (rating.py). What-ifs (what_if.py) and the history (history.py) are made from what is shown.
"""

from graph.disclosure.facts import Met, OwnContact, OwnFact, Source, met, names, own_facts
from graph.disclosure.history import ShownCause, ShownHistory, ShownState, history
from graph.disclosure.losses import TakenBack, losses
from graph.disclosure.rating import ShownExplanation, ShownPart, ShownRating, explain, shown, side_by_side
from graph.disclosure.what_if import ShownLift, ShownMove, ShownPointsAndBand, ShownWhatIf, lift, what_if

__all__ = [
    "Met",
    "OwnContact",
    "OwnFact",
    "ShownCause",
    "ShownExplanation",
    "ShownHistory",
    "ShownLift",
    "ShownMove",
    "ShownPart",
    "ShownPointsAndBand",
    "ShownRating",
    "ShownState",
    "ShownWhatIf",
    "Source",
    "TakenBack",
    "explain",
    "history",
    "lift",
    "losses",
    "met",
    "names",
    "own_facts",
    "shown",
    "side_by_side",
    "what_if",
]
