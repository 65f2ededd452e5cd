"""A small reverse proxy: it shows a service under a path, takes the path off, and has nothing else to show."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
ASTRAY = "this is another program of this host"


@contextmanager
def shown_under(prefix: str, port: int, *, strips: bool = True) -> Iterator[str]:
    """The service at this port of 127.0.0.1, shown under the prefix of another; the block gets the origin."""

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path != prefix and not self.path.startswith((f"{prefix}/", f"{prefix}?")):
                self.give(418, {}, ASTRAY.encode())
                return
            path = (self.path.removeprefix(prefix) or "/") if strips else self.path
            service = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            try:
                service.request(self.command, path, body or None, dict(self.headers.items()))
                response = service.getresponse()
                self.give(response.status, response.headers, response.read())
            finally:
                service.close()

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815

        def give(self, status: int, headers: "http.client.HTTPMessage | dict[str, str]", body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
