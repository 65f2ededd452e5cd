"""Who asks, and in which role."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may be here; a token has one."""

    MEMBER = "member"
    "asks about itself"
    CLIENT = "client"
    "asks about others, under their grants"
    OPERATOR = "operator"
    "keeps the service running, and sees no person"
    REVIEWER = "reviewer"
    "decides disputes"
    AUDITOR = "auditor"
    "checks the record of reads"


@dataclass(frozen=True)
class Principal:
    """The one who asks, as a token that holds says it."""

    subject: str
    "who it is: `sub`; from another issuer than our own, with that issuer before it, so that no two are one"
    role: Role
    entity: str | None
    "Entity.id of a member"
    token: str
    "the token's id, by which it can be revoked; never the token"
    acts_for: tuple[str, ...] = ()
    "Entity.ids that a reviewer acts for or belongs to: it decides on nothing that they have a part in"
