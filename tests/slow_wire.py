"""A port that leads to Neo4j slowly, swallows what goes through it, or is cut."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast

COMMIT = b"\x00\x02\xb0\x12\x00\x00"
"The message of Bolt that ends a transaction, in its chunk."


class Wire(socketserver.ThreadingTCPServer):
    """delay: seconds that what is said takes each way. open: while it is not set, nothing comes out.

    losing: what the server says is lost for good while it is set.
    trickle: seconds for each byte, either way. cutting: while it is set, a connection is cut when the server has
    answered that a transaction is committed, and before that is told.
    """

    daemon_threads = True

    def __init__(self, target: int):
        super().__init__(("127.0.0.1", 0), _Connection)
        self.target, self.delay, self.open = target, 0.0, threading.Event()
        self.losing, self.cutting, self.trickle = threading.Event(), threading.Event(), 0.0
        self.ends: list[socket.socket] = []
        self.said = self.cuts = 0
        "how often something went to the server, and how often a commit was not told"
        self.open.set()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def cut(self) -> None:
        """Every connection that is open now is broken off."""
        ends, self.ends = self.ends, []
        for end in ends:
            _end(end)


class _Connection(socketserver.BaseRequestHandler):
    committing = False

    def handle(self) -> None:
        wire = cast(Wire, self.server)
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", wire.target)) as far:
            wire.ends += [self.request, far]
            back = threading.Thread(target=self._pour, args=(wire, far, self.request, 0), daemon=True)
            back.start()
            self._pour(wire, self.request, far, 1)
            back.join()

    def _pour(self, wire: Wire, source: socket.socket, sink: socket.socket, counts: int) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                time.sleep(wire.delay)
                wire.open.wait()
                wire.said += counts
                if counts:
                    self.committing |= wire.cutting.is_set() and COMMIT in data
                elif self.committing:
                    wire.cuts += 1
                    break
                if counts or not wire.losing.is_set():
                    _send(wire, sink, data)
        for end in (source, sink):
            _end(end)


def _send(wire: Wire, sink: socket.socket, data: bytes) -> None:
    while data and wire.trickle:
        sink.sendall(data[:1])
        data = data[1:]
        time.sleep(wire.trickle)
    sink.sendall(data)


def _end(end: socket.socket) -> None:
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
            wire.cut()
