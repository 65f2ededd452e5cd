"""A body comes to the API as unpacked JSON; any other is refused at once, with the reason."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems

JSON = "application/json"
PLACE = "/v1/"
"The routes that take documents; a form of the pages is told apart by its fields."


class MediaTypes:
    """Requests with a body that no route can read are refused, and told what to send instead."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault, headers = _fault(scope) if scope["type"] == "http" else ("", {})
        if fault:
            await problems.answer(problems.MEDIA_TYPE_UNKNOWN, fault, headers=headers)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _fault(scope: Scope) -> tuple[str, dict[str, str]]:
    """What is wrong with the kind of the body, and what to send instead (RFC 9110, 15.5.16); empty: nothing is."""
    headers = Headers(scope=scope)
    if headers.get("content-length", "0").strip() == "0" and "transfer-encoding" not in headers:
        return "", {}
    packed = headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("", "identity"):
        return f"the body is packed ({packed[:20]!r}): send it as it is, without Content-Encoding", {
            "Accept-Encoding": "identity"
        }
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if (
        not scope["path"].startswith(PLACE)
        or kind == JSON
        or (kind.startswith("application/") and kind.endswith("+json"))
    ):
        return "", {}
    said = f"the body is said to be {kind[:60]!r}" if kind else "nothing says what the body is"
    return f"{said}: send JSON, with the header Content-Type: {JSON}", {"Accept": JSON}
