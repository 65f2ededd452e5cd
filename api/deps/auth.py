"""Authorisation: every route that is not public takes one of these.

    def show_me(member: Member, database: TheDatabase) -> Me: ...

The roles that a route takes are its scopes in OpenAPI; one of them is enough. create_app refuses a route that
takes none of these and is not in PUBLIC or PUBLIC_PAGES.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from api.deps.database import Store
from api.deps.parameters import TheStore
from api.deps.sessions import Sessions
from api.http.limits import AtOnce, Rates
from graph.errors import NOTHING_OPEN, Forbidden, InnerCircleError, NotFound, SetupError, TooMany, Unauthenticated
from graph.identity import Principal, Role, Verifier
from graph.identity.verifying import admitted, refuse_revoked
from graph.store.client import Database

PUBLIC = {
    "GET /v1/schemes",
    "GET /v1/schemes/{scheme}",
    "GET /v1/keys",
    "GET /livez",
    "GET /readyz",
    "GET /problems/{code}",
}
"The routes that ask for no token. /openapi.json is the only other."
PUBLIC_PAGES = {
    "GET /",
    "GET /schemes",
    "GET /schemes/{scheme}",
    "GET /static/{file}",
    "GET /sign-in",
    "POST /sign-in",
}
"The same, of what browsers ask for."

BEARER = HTTPBearer(
    scheme_name="token",
    bearerFormat="JWT",
    description="A token of this service (`innercircle token issue`), or of its OpenID Connect issuer. "
    "The scopes of a route are the roles that it takes: one of them is enough.",
    auto_error=False,
)


def _admitted(
    request: Request,
    scopes: SecurityScopes,
    store: TheStore,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Principal:
    """The caller, if it may ask. Raises Unauthenticated, Forbidden."""
    return _let_in(request, scopes, store, _verified(request, credentials))


def _verified(request: Request, credentials: HTTPAuthorizationCredentials | None) -> Principal:
    """The caller that a valid token names. Raises Unauthenticated, TooMany."""
    verifier: Verifier = request.app.state.verifier
    try:
        return verifier.check(credentials.credentials if credentials else "")
    except Unauthenticated as error:
        take_of_address(request)
        if credentials is None:
            raise Unauthenticated("a token is needed: Authorization: Bearer ...") from error
        raise


def take_of_address(request: Request) -> None:
    """One request without a known caller is counted, by its address. Raises TooMany."""
    rates: Rates = request.app.state.rates
    rates.take(f"address {request.client.host if request.client else ''}")


@contextmanager
def asking_of(request: Request, client: Principal, ids: int) -> Iterator[None]:
    """The client asks for so many entities; only few requests of one client may do so at a time.

    Raises TooMany.
    """
    costs: Rates = request.app.state.costs
    lookups: AtOnce = request.app.state.lookups
    with lookups.one(client.subject):
        costs.take(client.subject, ids, "ids")
        yield


def _let_in(request: Request, scopes: SecurityScopes, store: TheStore, principal: Principal) -> Principal:
    caller = Caller(request, principal)
    with store.use() as database:
        refuse_revoked(database, principal)
    caller.welcome()
    if principal.role not in scopes.scopes:
        raise Forbidden(
            f"this is for the role {' or '.join(scopes.scopes)}, and the token is for {principal.role}"
        )
    return principal


class Caller:
    """A caller with a token that is valid; the database was not asked yet whether the token was revoked."""

    def __init__(self, request: Request, principal: Principal):
        """Raises TooMany."""
        self._request, self._principal = request, principal
        # A caller with a revoked token empties the bucket of that token, and not the one of its subject.
        self._take(f"token {principal.token}")

    @contextmanager
    def admitted(self, database: Database, *, of_another: bool = False) -> Iterator[Principal]:
        """The caller, for whom nothing is read in the block unless it is let in: its first read asks that too.

        A block that refuses before it has read anything asks before it does.
        of_another: a client asks for one other entity, which counts as in `asking_of`; who asks for many is let in
        first, or a client that is over its limit could have them looked for. Raises Unauthenticated, TooMany.
        """
        with ExitStack() as held:

            def welcome() -> None:
                self.welcome()
                if of_another:
                    held.enter_context(asking_of(self._request, self._principal, 1))

            held.enter_context(admitted(database, self._principal, welcome))
            yield self._principal

    def welcome(self) -> None:
        """The caller is let in, and counted for its subject. Raises TooMany."""
        self._take(f"{self._principal.role} {self._principal.subject}")
        self._request.state.principal = self._principal

    def _take(self, asker: str) -> None:
        rates: Rates = self._request.app.state.rates
        rates.take(asker)


async def _asking(
    request: Request,
    scopes: SecurityScopes,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Caller:
    """The caller, of whom the route itself asks the rest. Raises Unauthenticated, Forbidden, TooMany."""
    verifier: Verifier = request.app.state.verifier
    principal = verifier.known(credentials.credentials) if credentials else None
    if principal is None:  # verified in a thread: its issuer may have to be asked for its keys
        principal = await run_in_threadpool(_verified, request, credentials)
    if principal.role not in scopes.scopes:
        await run_in_threadpool(_let_in, request, scopes, request.app.state.store, principal)  # which says why not
    return Caller(request, principal)


def _signed_in(request: Request, scopes: SecurityScopes, store: TheStore) -> Principal:
    """The person that is signed in on the pages, if it may ask.

    Raises Unauthenticated, Forbidden; the latter also for a change that does not come from a page of this service.
    """
    given: Sessions = request.app.state.sessions
    given.refuse_other_origins(request)
    try:
        principal = given.check(request)
    except Unauthenticated:
        take_of_address(request)
        raise
    return _let_in(request, scopes, store, principal)


def _monitoring(
    request: Request,
    scopes: SecurityScopes,
    store: TheStore,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Principal:
    """As `_admitted`, but let in by its token alone while the database is away: that is when it is asked for.

    What it reads is of nobody. Raises Unauthenticated, Forbidden, TooMany.
    """
    principal = _verified(request, credentials)
    try:
        return _let_in(request, scopes, store, principal)
    except (Unauthenticated, Forbidden, TooMany):
        raise
    except InnerCircleError:
        if principal.role not in scopes.scopes:
            raise Forbidden(f"this is for the role {' or '.join(scopes.scopes)}") from None
        return principal


Member = Annotated[Principal, Security(_admitted, scopes=[Role.MEMBER.value])]
MemberAsking = Annotated[Caller, Security(_asking, scopes=[Role.MEMBER.value])]
"The same, where the route's first read says whether the token was revoked: what it does is done in `admitted`."
Client = Annotated[Principal, Security(_admitted, scopes=[Role.CLIENT.value])]
ClientAsking = Annotated[Caller, Security(_asking, scopes=[Role.CLIENT.value])]
Operator = Annotated[Principal, Security(_admitted, scopes=[Role.OPERATOR.value])]
Monitoring = Annotated[Principal, Security(_monitoring, scopes=[Role.OPERATOR.value])]
"An operator's monitoring system."
Reviewer = Annotated[Principal, Security(_admitted, scopes=[Role.REVIEWER.value])]
Auditor = Annotated[Principal, Security(_admitted, scopes=[Role.AUDITOR.value])]
ReviewerOrOperator = Annotated[Principal, Security(_admitted, scopes=[Role.REVIEWER.value, Role.OPERATOR.value])]
MemberOrClient = Annotated[Principal, Security(_admitted, scopes=[Role.MEMBER.value, Role.CLIENT.value])]
Anyone = Annotated[Principal, Security(_admitted, scopes=[role.value for role in Role])]
"Any role, but with a token."
SignedInMember = Annotated[Principal, Security(_signed_in, scopes=[Role.MEMBER.value])]
SignedInOperator = Annotated[Principal, Security(_signed_in, scopes=[Role.OPERATOR.value])]
SignedIn = Annotated[Principal, Security(_signed_in, scopes=[role.value for role in Role])]
"On the pages: by a session, never by a token."


async def somebody_signed_in(request: Request) -> Principal | None:
    """The person that is signed in, for public pages, which only greet; None: nobody is, or not any more."""
    known: Principal | None = getattr(request.state, "principal", None)
    if known is not None:  # let in by this request
        return known
    given: Sessions = request.app.state.sessions
    try:
        principal = given.check(request)
    except InnerCircleError:
        return None
    return principal if await run_in_threadpool(_still_holds, request, principal) else None


def _still_holds(request: Request, principal: Principal) -> bool:
    """Whether the session has not been ended elsewhere; where that cannot be asked, it was not."""
    store: Store = request.app.state.store
    try:
        with store.use() as database:
            refuse_revoked(database, principal)
    except Unauthenticated:
        return False
    except InnerCircleError:  # whatever is a person's own cannot be asked either
        return True
    return True


MaybeSignedIn = Annotated[Principal | None, Depends(somebody_signed_in)]


def own(principal: Principal, entity: str) -> None:
    """The entity is the member's own. Raises NotFound, in the same words as for any other reason."""
    if principal.entity is None or principal.entity != entity:
        raise NotFound(NOTHING_OPEN)


def own_entity(principal: Principal) -> str:
    """The member's entity, as its token names it. Raises NotFound as above."""
    if principal.entity is None:
        raise NotFound(NOTHING_OPEN)
    return principal.entity


@contextmanager
def one_text() -> Iterator[None]:
    """Every NotFound in the block gets the same words, whatever the reason to see nothing."""
    try:
        yield
    except NotFound:
        raise NotFound(NOTHING_OPEN) from None


def roles(route: APIRoute) -> list[str]:
    """The roles that a route takes; none: it is public."""
    return list(_scopes(route.dependant))


def _scopes(dependant: Dependant) -> Iterator[str]:
    if dependant.call in (_admitted, _asking, _monitoring, _signed_in):
        yield from dependant.own_oauth_scopes or ()
    for each in dependant.dependencies:
        yield from _scopes(each)


def require_roles(router: APIRouter) -> None:
    """Every route of the router is public by its name above, or asks for a role. Raises SetupError."""
    for route in router.routes:
        names = _names(route)
        if not names:
            raise SetupError(f"{route!r} is no route of ours")
        asks = isinstance(route, APIRoute) and bool(roles(route))
        for name in names:
            if asks == (name in PUBLIC | PUBLIC_PAGES):
                raise SetupError(f"{name} takes {'a role and is public' if asks else 'no role and is not public'}")


def _names(route: Any) -> list[str]:
    """`GET /v1/schemes/{scheme}` of each method."""
    if not isinstance(route, APIRoute):
        return []
    return [f"{method} {route.path_format}" for method in sorted(route.methods or ())]
