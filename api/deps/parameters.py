"""What routes take: ids from the path, and the database."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import AfterValidator

from api.deps.database import Store
from api.problems import NO_STORE
from api.schemas.base import LONGEST_ID
from graph.analysis.monitoring import Allowed
from graph.errors import NotFound
from graph.policy import publishing
from graph.store.client import Database
from graph.text.plain import normal

# Other characters, above all `|`, could make two ids into the id of somebody else's membership.
SchemeId = Annotated[
    str, Path(pattern="^[a-z0-9][a-z0-9-]*$", max_length=60, description="A scheme.", examples=["reliability"])
]
EntityId = Annotated[
    str,
    AfterValidator(normal),  # as ids are kept
    Path(min_length=1, max_length=LONGEST_ID, description="An entity's id, percent-encoded.", examples=["p-1"]),
]
ProblemCode = Annotated[str, Path(description="The code of a problem.", examples=["not-found"])]


async def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


async def _database(request: Request) -> AsyncIterator[Database]:
    store: Store = request.app.state.store
    if not store.in_order:  # whatever has to wait waits in a thread; nothing else has to
        await run_in_threadpool(store.prove)
    with store.use(proved=True) as database:
        yield database


async def _allowed(request: Request) -> Allowed:
    allowed: Allowed = request.app.state.allowed
    return allowed


@contextmanager
def of_a_scheme(database: Database, scheme: str) -> Iterator[None]:
    """If nothing is found because the scheme itself is missing, the answer says so."""
    try:
        yield
    except NotFound:
        publishing.published(database, scheme)
        raise


async def about_a_person(response: Response) -> None:
    """The answer is not kept by anything between the service and the caller."""
    response.headers.update(NO_STORE)


TheStore = Annotated[Store, Depends(_store)]
TheAllowed = Annotated[Allowed, Depends(_allowed)]
"How old things may be."
TheDatabase = Annotated[Database, Depends(_database)]
