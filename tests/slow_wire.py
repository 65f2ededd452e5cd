"""A port that leads to Neo4j slowly, or swallows what goes through it."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast


class Wire(socketserver.ThreadingTCPServer):
    """delay: seconds that what is said takes each way. open: while it is not set, nothing comes out.

    losing: what the server says is lost for good while it is set.
    """

    daemon_threads = True

    def __init__(self, target: int):
        super().__init__(("127.0.0.1", 0), _Connection)
        self.target, self.delay, self.open = target, 0.0, threading.Event()
        self.losing = threading.Event()
        self.ends: list[socket.socket] = []
        self.said = 0
        "how often something went to the server"
        self.open.set()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Connection(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire = cast(Wire, self.server)
        with socket.create_connection(("127.0.0.1", wire.target)) as far:
            wire.ends += [self.request, far]
            back = threading.Thread(target=_pour, args=(wire, far, self.request, 0), daemon=True)
            back.start()
            _pour(wire, self.request, far, 1)
            back.join()


def _pour(wire: Wire, source: socket.socket, sink: socket.socket, counts: int) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            time.sleep(wire.delay)
            wire.open.wait()
            wire.said += counts
            if counts or not wire.losing.is_set():
                sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def slow_wire(target: int) -> Iterator[Wire]:
    """A wire to this port of this machine, as long as the block runs."""
    with Wire(target) as wire:
        thread = threading.Thread(target=wire.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield wire
        finally:
            wire.open.set()
            wire.shutdown()
            thread.join()
            for end in wire.ends:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
