"""The style and the guide over HTTP, for a Neo4j that is not the managed one: Browser fetches them from here.

They are the same for everybody, and contain nothing of any community. Browser comes from another port than this,
so each answer permits it to read, and its question beforehand (OPTIONS) is answered too.
"""

from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from graph.server.browser.contents import FILES


class Handler(BaseHTTPRequestHandler):
    """GET and HEAD of the two files, and OPTIONS of anything."""

    server_version, sys_version = "innercircle", ""

    def do_GET(self) -> None:
        made = FILES.get(self.path.partition("?")[0].lstrip("/"))
        body = made().encode() if made else b"not here\n"
        self._head(HTTPStatus.OK if made else HTTPStatus.NOT_FOUND, len(body))
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - the names that http.server looks for

    def do_OPTIONS(self) -> None:
        self._head(HTTPStatus.NO_CONTENT, 0)

    def _head(self, status: HTTPStatus, length: int) -> None:
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
        self.send_header("Access-Control-Allow-Headers", "*")
        # A page of the public network asks so before it reads from one's own machine.
        self.send_header("Access-Control-Allow-Private-Network", "true")
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(length))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Requests leave no line in any log."""


def serve(host: str, port: int, *, announce: Callable[[int], None]) -> None:
    """The files are served until Control-C. announce: is told the port once it listens. Raises OSError."""
    with ThreadingHTTPServer((host, port), Handler) as server:
        announce(server.server_address[1])
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return
