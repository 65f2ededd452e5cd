"""The pages of the forms of one scheme: as they are opened, and as they come back when they are refused."""

from datetime import UTC, datetime, timedelta

from fastapi import Response

from api.deps.auth import own_entity
from api.pages.filling import Filled
from api.pages.rendering import new_key, render
from api.pages.viewing import member_of
from graph.identity import Principal
from graph.rights.grants import LONGEST_DAYS, given
from graph.store.client import Database

EMPTY = Filled()


def contest(database: Database, member: Principal, scheme: str, filled: Filled = EMPTY) -> Response:
    """To contest the rating as a whole. Raises NotFound, as the others do."""
    _joined, policy = member_of(database, own_entity(member), scheme)
    return render(
        "contest.html.jinja",
        principal=member,
        scheme=scheme,
        policy=policy,
        key=new_key(),
        filled=filled,
        status=filled.status,
    )


def grants(
    database: Database, member: Principal, scheme: str, filled: Filled = EMPTY, *, done: str = ""
) -> Response:
    """The grants, and the form to give one."""
    entity, now = own_entity(member), datetime.now(UTC)
    _joined, policy = member_of(database, entity, scheme)
    return render(
        "grants.html.jinja",
        principal=member,
        scheme=scheme,
        policy=policy,
        grants=[each for each in given(database, entity, now=now) if each.scheme == scheme],
        today=now.date(),
        last=(now + timedelta(days=LONGEST_DAYS - 1)).date(),
        key=new_key(),
        filled=filled,
        status=filled.status,
        done=done,
    )


def report(database: Database, member: Principal, scheme: str, filled: Filled = EMPTY) -> Response:
    """To make a report."""
    _joined, policy = member_of(database, own_entity(member), scheme)
    return render(
        "report.html.jinja", principal=member, scheme=scheme, policy=policy, filled=filled, status=filled.status
    )
