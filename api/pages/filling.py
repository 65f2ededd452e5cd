"""A refused form comes back as it was filled in, and says which field to put right.

try:
    decisions.contest(...)
except REFUSALS as error:
    return _page(member, scheme, database, refused(error, statement=statement))
"""

from dataclasses import dataclass, field

from api.problems import KINDS
from graph.errors import ParameterError, PurposeMismatch, Refused

REFUSALS = (ParameterError, PurposeMismatch, Refused)
"Failures whose words say what to put right, and nothing that the reader may not know."


@dataclass(frozen=True)
class Filled:
    """What stands in the fields of a form, and what is wrong there."""

    values: dict[str, str] = field(default_factory=dict)
    wrong: str = ""
    "the name of the field to put right; empty: none of them, or nothing is wrong"
    fault: str = ""
    "what is wrong; empty: nothing is"
    status: int = 200
    "of the page"

    def get(self, name: str) -> str:
        return self.values.get(name, "")


def refused(error: ParameterError | PurposeMismatch | Refused, **values: str) -> Filled:
    """The form with these values, as it is shown again for this reason."""
    wrong, told, rest = str(error).partition(": ")
    status = KINDS[type(error)].status
    if isinstance(error, PurposeMismatch):
        return Filled(values, "purpose", str(error), status)
    if told and wrong in values:
        return Filled(values, wrong, rest, status)
    return Filled(values, "", str(error), status)
