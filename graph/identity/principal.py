"""The caller and its role."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A role; a token has one."""

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
    """The caller, as a valid token names it."""

    subject: str
    "`sub`; of another issuer's token, with that issuer in front, so that two subjects are never one"
    role: Role
    entity: str | None
    "Entity.id of a member"
    token: str
    "the token's id, by which it can be revoked; never the token"
    acts_for: tuple[str, ...] = ()
    "Entity.ids that a reviewer acts for or belongs to: it decides on nothing that they have a part in"
