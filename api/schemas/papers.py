"""What a member is told when everything about it has been erased."""

from pydantic import Field

from api.schemas.base import Model


class Erased(Model):
    """What was erased, how many of each kind."""

    gone: dict[str, int] = Field(description="memberships, contacts, obligations and so on that are gone")
    kept: int = Field(description="obligations of others towards the member: they stay with those, towards nobody")
    passed_on: bool = Field(
        description="whether every rating that this touches has been made anew; if not, the run that is under way "
        "or the next one does it"
    )
