"""The application: routes, problems, and a database for as long as it runs."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api import openapi, problems
from api.etags import ETags
from api.evenly import UnderWay
from api.guard import Guard
from api.headers import SafeHeaders
from api.limits import Rates, Sizes
from api.pages import asking, deciding, me, operators, rating, signing_in, start
from api.pages import schemes as scheme_pages
from api.pages.problems import ProblemPages
from api.routes import (
    accesses,
    contests,
    disputes,
    entities,
    explanations,
    granted,
    grants,
    history,
    keys,
    own_data,
    ratings,
    reports,
    schemes,
    service,
    standing,
    taking_part,
    what_if,
)
from api.security import require_roles
from api.sessions import Sessions
from api.store import Store
from api.unforeseen import Unforeseen
from graph import __version__, database
from graph.database import Database
from graph.identity import Verifier
from graph.settings import Settings

ABOUT = """\
Ratings that can be opened: every point is traced to a fact or a contact, and the parts add up.

Schemes never mix: no answer combines two of them. Nobody is listed by score.

Failures are `application/problem+json` (RFC 9457); each names its kind in `code`, and `type` explains it.
"""


# routes/ratings.py takes any path as an entity's id, so it comes after what goes on behind the id
MODULES = (
    schemes,
    taking_part,
    granted,
    explanations,
    history,
    what_if,
    ratings,
    entities,
    grants,
    accesses,
    reports,
    own_data,
    disputes,
    contests,
    standing,
    keys,
    service,
)
PAGES = (start, signing_in, scheme_pages, operators, me, rating, asking, deciding)


def create_app(connect: Callable[[], Database] | None = None, settings: Settings | None = None) -> FastAPI:
    """The application, for the database that `connect` opens: where it is None, the one that the settings name.

    It starts without the database too: /readyz then says what is missing. It does not start with a route that
    neither is public nor asks for a role.
    """
    settings = settings or Settings.load()
    store = Store(connect or partial(database.connect, settings, timeout_seconds=settings.api_query_seconds))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(store.open)
        yield
        await run_in_threadpool(store.close)

    app = FastAPI(
        title="innercircle",
        version=__version__,
        summary="Ratings that can be opened.",
        description=ABOUT,
        lifespan=lifespan,
        # These pages load scripts from elsewhere, into a page that may read ratings.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.store = store
    app.state.verifier = Verifier(settings)
    app.state.sessions = Sessions(settings, app.state.verifier)
    app.state.under_way = UnderWay()
    app.state.rates = Rates(settings.api_requests_per_second, settings.api_burst)
    for module in MODULES:
        require_roles(module.router)
        app.include_router(module.router)
    for page in PAGES:
        require_roles(page.router)
        app.include_router(page.router, include_in_schema=False)
    problems.install(app)
    app.add_middleware(ETags)
    app.add_middleware(Sizes)
    app.add_middleware(Guard, names=settings.names(), open_to_others=app.state.verifier.configured)
    app.add_middleware(SafeHeaders)
    app.add_middleware(Unforeseen)
    app.add_middleware(ProblemPages)
    app.openapi = openapi.describe(app)  # type: ignore[method-assign]  # as FastAPI's documentation has it
    return app
