"""Sessions on the pages: a cookie that only this service gets back, and only from its own pages."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from fastapi import Request, Response

from graph.errors import Forbidden, Unauthenticated
from graph.identity import Principal, Verifier, sessions
from graph.identity.tokens import Issued
from graph.settings import Settings

READING = {"GET", "HEAD"}


class Sessions:
    """The sessions of one service."""

    def __init__(self, settings: Settings, verifier: Verifier):
        self._verifier = verifier
        self.hours = settings.session_hours
        self.origin = settings.pages_url
        self._secure = (self.origin or "").startswith("https://")
        # Under a path of a host that others share, only requests below that path have the cookie with them.
        self._path = settings.api_prefix or "/"
        # With `__Host-` a browser takes the cookie from this very host, over https, for the whole host only. With
        # `__Secure-` it looks at https alone.
        kind = "" if not self._secure else "__Secure-" if settings.api_prefix else "__Host-"
        self.cookie = f"{kind}innercircle"

    def check(self, request: Request) -> Principal:
        """The person that the session names, if it holds. Raises Unauthenticated."""
        text = request.cookies.get(self.cookie)
        if not text:
            raise Unauthenticated("nobody is signed in")
        return self._verifier.check_own(text, sessions.SESSION)

    def check_link(self, link: str) -> Principal:
        """The person that a link names, if it holds; the database knows if it was used. Raises Unauthenticated."""
        return self._verifier.check_own(link, sessions.LINK)

    def latest(self, now: datetime) -> datetime:
        """The latest time at which a session that has begun by now expires."""
        return now + timedelta(hours=self.hours)

    def keep(self, response: Response, session: Issued) -> None:
        """The browser is signed in until the session ends, or the browser does."""
        response.set_cookie(
            self.cookie, session.text, path=self._path, secure=self._secure, httponly=True, samesite="strict"
        )

    def forget(self, response: Response) -> None:
        response.delete_cookie(self.cookie, path=self._path, secure=self._secure, httponly=True, samesite="strict")

    def refuse_other_origins(self, request: Request) -> None:
        """A form comes from a page of this service. Raises Forbidden.

        A browser says with each form where the form comes from; a request without that is not from a form of ours.
        """
        if request.method in READING:
            return
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        here = origin is not None and (
            origin == self.origin or _netloc(origin) == request.headers.get("host", "").lower()
        )
        if not here or site not in (None, "same-origin"):
            raise Forbidden("a form is taken from the pages of this service only")


def _netloc(origin: str) -> str | None:
    """Host and port that an origin names, in small letters; None where it is no origin."""
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None
