"""Signing in on the pages: a link that works once begins a session, which holds for some hours.

Both are tokens of ours, each with a `typ` of its own. So a link is no session, neither of them works for the API,
and a token for the API signs nobody in.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from graph.errors import ParameterError, Unauthenticated
from graph.identity import tokens
from graph.identity.keys import Keyring
from graph.identity.principal import Principal, Role
from graph.identity.tokens import Issued
from graph.store.client import Database

LINK, SESSION = "link+jwt", "session+jwt"
MINUTES = 15
LONGEST_MINUTES = 24 * 60
SPENT = "the sign-in link was used already, or taken back: ask for a new one"


def issue_link(
    ring: Keyring,
    role: Role,
    subject: str,
    *,
    issuer: str,
    audience: str,
    now: datetime,
    entity: str | None = None,
    acts_for: Collection[str] = (),
    minutes: float = MINUTES,
) -> Issued:
    """A link for the subject: the first person to open it, within so many minutes, is taken for the subject.

    Raises ParameterError and SettingInvalid as `tokens.issue` does.
    """
    if not 0 < minutes <= LONGEST_MINUTES:
        raise ParameterError(f"minutes: a sign-in link works for up to {LONGEST_MINUTES} minutes")
    return tokens.issue(
        ring,
        role,
        subject,
        issuer=issuer,
        audience=audience,
        now=now,
        entity=entity,
        acts_for=acts_for,
        days=minutes / (24 * 60),
        kind=LINK,
    )


def begin(
    database: Database,
    ring: Keyring,
    link: Principal,
    *,
    issuer: str,
    audience: str,
    now: datetime,
    hours: float,
) -> Issued:
    """A session for the holder of the link; the link works no more. Of several calls at once, one gets it.

    link: as it was checked. Raises Unauthenticated where the link was used or taken back.
    """
    session = tokens.issue(
        ring,
        link.role,
        link.subject,
        issuer=issuer,
        audience=audience,
        now=now,
        entity=link.entity,
        acts_for=link.acts_for,
        days=hours / 24,
        kind=SESSION,
    )
    until = now + timedelta(minutes=LONGEST_MINUTES)
    taken = database.one("take_link", id=link.token, session=session.id, until=until, now=now)["taken"]
    if not taken:
        raise Unauthenticated(SPENT)
    return session
