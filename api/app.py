"""The application: routes, problems, and a database for as long as it runs."""

import math
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from copy import copy
from functools import partial
from inspect import iscoroutinefunction

from anyio import to_thread
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from starlette.routing import BaseRoute

import api.pages
import api.routes
from api import openapi, problems
from api.deps.auth import require_roles, roles
from api.deps.database import Store
from api.deps.sessions import Sessions
from api.http import metrics, tracing
from api.http.allowed_hosts import Guard
from api.http.among_workers import SharedAtOnce, SharedFile, SharedRates, SharedUnderWay
from api.http.background import GRACE_SECONDS, Afterwards
from api.http.bulkheads import CLIENTS, HEALTH, MEMBERS, OTHERS, PUBLIC, SIGNING_IN, SIZES, THREADS, InRoom, Room
from api.http.coalescing import Together
from api.http.etags import ETags
from api.http.head import Heads
from api.http.in_flight import UnderWay
from api.http.limits import AtOnce, Rates, Sizes
from api.http.media import MediaTypes
from api.http.observing import Observed
from api.http.security_headers import SafeHeaders
from api.http.time_limit import InTime
from api.http.tracing import Spans
from api.http.unhandled_errors import Unforeseen
from api.pages.problems import ProblemPages
from api.prefix import Prefixed
from api.routers import routers
from graph import __version__
from graph.analysis.monitoring import Allowed
from graph.identity import Verifier
from graph.server.connect import connect
from graph.settings import Settings
from graph.store import watching
from graph.store.client import Database

ABOUT = """\
Ratings that can be opened: every point is traced to a fact or a contact, and the parts add up.

Schemes never mix: no answer combines two of them. Nobody is listed by score.

Failures are `application/problem+json` (RFC 9457); each names its kind in `code`, and `type` explains it.
"""


ROUTERS = routers(api.routes)
PAGES = routers(api.pages)
UNSEEN: TelemetryConfig = {
    **{"tracing": False, "metrics": False, "logs": False},
    **{"operation_spans": False, "auto_configure": False},
}
"FastAPI's own spans hold paths and queries of addresses, with ids of people; ours (api/http/tracing.py) do not."
LOOKUPS_AT_ONCE = 2
"Of one client."
SHARED = {
    *("GET /", "GET /schemes", "GET /schemes/{scheme}"),
    *("GET /v1/schemes", "GET /v1/schemes/{scheme}", "GET /v1/keys", "GET /readyz"),
}
"The same for everybody, whatever the headers."


def create_app(
    opens: Callable[[], Database] | None = None,
    settings: Settings | None = None,
    shared: SharedFile | None = None,
    spans: Spans | None = None,
) -> FastAPI:
    """The application, for the database that `opens` gives: where it is None, the one that the settings name.

    shared: where it counts together with the other workers of its service; None: it is the only one.
    spans: of requests and queries; None: as the environment says, which is mostly none.

    It starts without the database too: /readyz then says what is missing. It does not start with a route that
    neither is public nor asks for a role.
    """
    settings = settings or Settings.load()
    spans = spans or tracing.by_environment()
    store = Store(opens or partial(connect, settings, timeout_seconds=settings.api_query_seconds))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Each request in a room is in one thread at most, and two are left for what belongs to no request.
        to_thread.current_default_thread_limiter().total_tokens = THREADS + 2
        await run_in_threadpool(store.open)
        app.state.afterwards.start()
        yield
        await run_in_threadpool(app.state.afterwards.stop)
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
        routes=_in_rooms(),
        telemetry=UNSEEN,
    )
    app.state.store = store
    app.state.allowed = Allowed.by(settings)
    app.state.operator = settings.operator
    app.state.verifier = Verifier(settings)
    app.state.sessions = Sessions(settings, app.state.verifier)
    app.state.afterwards = Afterwards(store.use, settings.api_query_seconds)
    _count(app, settings, shared)
    app.state.connections = math.ceil(settings.api_connections / settings.api_workers)
    watching.watch(metrics.count_query)
    if spans is not None:
        watching.watch(spans.query)
    problems.install(app)
    app.add_middleware(Together, shared=[route for route in routes() if _names(route) & SHARED])
    app.add_middleware(ETags)
    app.add_middleware(InTime, seconds=settings.api_query_seconds)
    app.add_middleware(MediaTypes)
    app.add_middleware(Sizes)
    app.add_middleware(Guard, names=settings.names(), open_to_others=app.state.verifier.configured)
    app.add_middleware(SafeHeaders)
    app.add_middleware(Unforeseen)
    app.add_middleware(ProblemPages)
    app.add_middleware(Observed, lines=settings.api_log_requests, spans=spans)
    app.add_middleware(Heads)
    if settings.api_prefix:
        app.add_middleware(Prefixed, prefix=settings.api_prefix)
    app.openapi = openapi.describe(app, settings.api_prefix or "")  # type: ignore[method-assign]  # as FastAPI's documentation has it
    return app


def _count(app: FastAPI, settings: Settings, shared: SharedFile | None) -> None:
    """What a caller may ask for is counted: by this worker alone, or by all of them together."""
    requests = settings.api_requests_per_second, settings.api_burst
    ids = settings.api_ids_per_second, settings.api_ids_burst
    if shared is None:
        app.state.rates, app.state.costs = Rates(*requests), Rates(*ids)
        app.state.lookups, app.state.under_way = AtOnce(LOOKUPS_AT_ONCE), UnderWay()
        return
    longest = settings.api_query_seconds + GRACE_SECONDS
    app.state.rates, app.state.costs = SharedRates(shared, "requests", *requests), SharedRates(shared, "ids", *ids)
    app.state.lookups = SharedAtOnce(shared, LOOKUPS_AT_ONCE, longest)
    app.state.under_way = SharedUnderWay(shared, longest)


def _in_rooms() -> list[BaseRoute]:
    """Every route, checked, in a room of its own application, and as OpenAPI has it: pages are left out.

    They are handed to the application as they are. FastAPI looks through a router that is included twice for each
    request, which took more of a short answer than all middleware; and who is in no route needs no room.
    """
    for router in (*ROUTERS, *PAGES):
        require_roles(router)
    rooms = {name: Room(size) for name, size in SIZES.items()}
    pages = {id(route) for router in PAGES for route in router.routes}
    return [_placed(route, rooms, shown=id(route) not in pages) for route in routes()]


def _placed(route: APIRoute, rooms: Mapping[str, Room], *, shown: bool) -> APIRoute:
    placed = copy(route)
    if (name := _room(route)) is not None:
        placed.app = InRoom(route.app, rooms[name])
    placed.unique_id, placed.include_in_schema = route.name, route.include_in_schema and shown
    if placed.response_field is not None:
        placed.response_field.name = f"Response_{route.name}"
    return placed


def routes() -> list[APIRoute]:
    """Every route of the application, in the order in which they are looked for."""
    found = [route for router in (*ROUTERS, *PAGES) for route in router.routes]
    return [route for route in found if isinstance(route, APIRoute)]


def _names(route: APIRoute) -> set[str]:
    return {f"{method} {route.path_format}" for method in route.methods or ()}


def _room(route: APIRoute) -> str | None:
    """The room of a route; None: it waits for nothing."""
    taken = set(roles(route))
    if not taken and iscoroutinefunction(route.endpoint):
        return None
    if not taken:
        path = route.path_format
        return HEALTH if path == "/readyz" else SIGNING_IN if path == "/sign-in" else PUBLIC
    if "member" in taken:
        return MEMBERS
    return CLIENTS if "client" in taken else OTHERS
