"""A member's decisions, over a route or by a form: each is done once, and passed on to every rating.

Every NotFound has the same words, whatever the reason to see nothing.
"""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from api.deps.auth import one_text, own_entity
from api.deps.idempotency import Asked, Done, once
from api.schemas.contests import OwnContest
from api.schemas.disputes import Answered, OwnDispute
from api.schemas.grants import Grant
from graph.identity import Principal
from graph.model import Changes
from graph.rating import catch_up
from graph.rights import answers, contests, dispute_records, disputes, erasure, grants, outbox
from graph.rights.erasure import Erased
from graph.store.client import Database
from graph.store.transaction import Transaction


def decide(database: Database, work: Callable[[Transaction], Changes]) -> None:
    """The work is done, and what it changes is passed on. Raises NotFound, and what the work raises."""
    key = _made_up()
    with one_text():
        kept = database.write(
            lambda transaction: outbox.keep(transaction, key, work(transaction), datetime.now(UTC))
        )
    catch_up.pass_on(database, key, kept)


def _made_up() -> str:
    """A key for a request that has none, since nobody repeats it."""
    return f"decision {uuid.uuid4().hex}"


def dispute(
    database: Database, member: Principal, asked: Asked, *, kind: str, fact: str, statement: str
) -> OwnDispute:
    """The fact counts for nothing until somebody has decided, or the dispute is proposed.

    Raises as disputes.dispute and `once` do.
    """
    entity = own_entity(member)

    def work(transaction: Transaction) -> Done[OwnDispute]:
        id_, changes = disputes.dispute(
            transaction, entity, kind=kind, fact=fact, statement=statement, now=asked.now, by=member.subject
        )
        [opened] = dispute_records.by_id(transaction, [id_], now=asked.now)
        return Done(OwnDispute.model_validate(opened), changes)

    with one_text():
        return once(asked, database, member, OwnDispute, work)


def answer(
    database: Database, member: Principal, asked: Asked, *, dispute: str, statement: str, operator: str
) -> Answered:
    """The other side has answered, once. Raises as answers.answer and `once` do."""
    entity = own_entity(member)

    def work(transaction: Transaction) -> Done[Answered]:
        answers.answer(
            transaction,
            entity,
            dispute,
            statement=statement,
            by=member.subject,
            now=asked.now,
            acts_for=member.acts_for,
            operator=operator,
        )
        [found] = (each for each in answers.told(transaction, entity) if each.id == dispute)
        return Done(Answered.model_validate(found))

    with one_text():
        return once(asked, database, member, Answered, work)


def contest(database: Database, member: Principal, asked: Asked, *, scheme: str, statement: str) -> OwnContest:
    """Nobody may rely on the rating until it is closed. Raises as contests.contest and `once` do."""
    entity = own_entity(member)

    def work(transaction: Transaction) -> Done[OwnContest]:
        id_ = contests.contest(transaction, entity, scheme, statement=statement, now=asked.now, by=member.subject)
        [opened] = (each for each in contests.of_entity(transaction, entity) if each.id == id_)
        return Done(OwnContest.model_validate(opened))

    with one_text():
        return once(asked, database, member, OwnContest, work)


def grant(
    database: Database,
    member: Principal,
    asked: Asked,
    *,
    scheme: str,
    client: str,
    purpose: str,
    what: grants.What,
    until: datetime,
) -> tuple[Grant, bool]:
    """The client may look; returns the grant, and whether an earlier one ended with that.

    Raises as grants.grant and `once` do; NotFound in its own words.
    """
    entity = own_entity(member)
    before: list[bool] = []
    about: dict[str, Any] = {"client": client, "scheme": scheme, "purpose": purpose, "now": asked.now}

    def work(transaction: Transaction) -> Done[Grant]:
        before[:] = [grants.holds(transaction, entity, **about)]
        given = grants.grant(
            transaction,
            entity,
            scheme=scheme,
            client=client,
            purpose=purpose,
            what=what,
            until=until,
            now=asked.now,
        )
        return Done(Grant.model_validate(given))

    given = once(asked, database, member, Grant, work)
    return given, any(before)


def erase(database: Database, member: Principal, *, now: datetime) -> tuple[Erased, bool]:
    """(what is gone and what is kept, whether it has reached every rating already). Raises NotFound."""
    key, entity = _made_up(), own_entity(member)

    def work(transaction: Transaction) -> tuple[Erased, Changes]:
        done = erasure.erase(transaction, entity, now=now)
        return done, outbox.keep(transaction, key, done.changes, now)

    with one_text():
        done, kept = database.write(work)
    return done, catch_up.pass_on(database, key, kept)
