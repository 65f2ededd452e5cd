"""What a reviewer decides of a dispute or a contest, and what members say of them."""

from typing import Annotated

from pydantic import Field

from api.schemas.base import Model
from graph.text.plain import LONGEST

OneLine = Annotated[str, Field(min_length=1, max_length=LONGEST, description="one line of plain text")]


class Reasoned(Model):
    """A decision that has a reason."""

    reason: OneLine = Field(description="the member sees it; one line of plain text")


class Reviewed(Model):
    """What a reviewer has decided, by name and with a reason."""

    id: str
    reviewer: str
    reason: str
