"""A POST that is repeated has its effect once: the Idempotency-Key is kept in the transaction of the effect.

    @router.post("", status_code=201, responses=responses(Conflict, ...))
    def contest(member: Member, said: Statement, asked: TheKey, database: TheDatabase) -> OwnContest:
        def work(transaction: Transaction) -> Done[OwnContest]:
            id_ = contests.contest(transaction, member.entity, ..., now=asked.now)
            return Done(OwnContest(id=id_, ...))
        return once(asked, database, member, OwnContest, work)

A caller that repeats a request with the same key gets the same answer, even if its subject has changed since.
The same key with another request is a Conflict. A request that failed had no effect, and is done anew.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Form, Header, Request
from pydantic import BaseModel

from graph.errors import Conflict
from graph.identity import Principal
from graph.model import Changes
from graph.rating import catch_up
from graph.rights import outbox
from graph.store.client import Database
from graph.store.transaction import Transaction

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Asked:
    """One request: its key, its question, and the time when it came."""

    route: str
    key: str
    body: str
    "sha256 of path, query and body"
    status: int
    "of the answer, if all goes well"
    now: datetime


@dataclass(frozen=True)
class Done(Generic[T]):
    """The result of the work of a request."""

    answer: T
    changes: Changes | None = None
    "what has to be re-rated, after the transaction"
    about: str | None = None
    "Entity.id of the other entity that the answer is about, and is erased with; '': only the caller's own"


async def _asked(
    request: Request,
    key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=200,
            pattern=r"^[\x21-\x7e]+$",
            description="Names this request: repeated with the same name it has no second effect.",
            examples=["4f1c7f0e-6a3a-4b7e-9a53-2d1f0c8f9b11"],
        ),
    ],
) -> Asked:
    said = b"\n".join([request.url.path.encode(), request.url.query.encode(), await request.body()])
    return _asks(request, key, said)


TheKey = Annotated[Asked, Depends(_asked)]


async def _asked_by_form(
    request: Request,
    key: Annotated[str, Form(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")],
) -> Asked:
    """The same of a form of the pages: its key is a field that the page made up."""
    fields = sorted((name, str(value)) for name, value in (await request.form()).multi_items())
    return _asks(request, key, repr([request.url.path, fields]).encode(errors="surrogatepass"))


TheFormKey = Annotated[Asked, Depends(_asked_by_form)]


def _asks(request: Request, key: str, said: bytes) -> Asked:
    route = request.scope["route"]
    return Asked(
        route=f"{request.method} {route.path_format}",
        key=key,
        body=hashlib.sha256(said).hexdigest(),
        status=route.status_code or 200,
        now=datetime.now(UTC),
    )


def once(
    asked: Asked,
    database: Database,
    principal: Principal,
    kind: type[T],
    work: Callable[[Transaction], Done[T]],
) -> T:
    """The answer of `work`, which has had its effect exactly once; what it changed is re-rated.

    work: runs queries of the transaction and does nothing else, for it may run again.
    Raises Conflict where the key was used for another request, and what `work` raises.
    """
    # with the entity: one subject may act for a person and for a firm, and ask for each of them
    name = json.dumps([principal.role, principal.subject, principal.entity, asked.route, asked.key])
    key = hashlib.sha256(name.encode()).hexdigest()

    def carry_out(transaction: Transaction) -> Done[T]:
        claimed = transaction.run("claim_request", key=key, body=asked.body, now=asked.now)[0]
        if claimed["body"] != asked.body:
            raise Conflict("this Idempotency-Key was used for another request: take a new one")
        if claimed["answer"] is not None:
            left = claimed["changes"] and outbox.read(claimed["changes"])
            return Done(kind.model_validate_json(claimed["answer"], by_name=True), left)
        done = work(transaction)
        transaction.run(
            "answer_request",
            key=key,
            status=asked.status,
            answer=done.answer.model_dump_json(),
            entity=principal.entity if done.about is None else done.about,
        )
        if done.changes is None:
            return done
        return replace(done, changes=outbox.keep(transaction, key, done.changes, asked.now))

    done = database.write(carry_out)
    if done.changes is not None:
        catch_up.pass_on(database, key, done.changes)
    return done.answer
