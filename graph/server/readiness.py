"""Whether a managed Neo4j answers: on both ports, in the version that was started, to its own password."""

import http.client
import os
import signal
import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import Literal

from graph.errors import LocalServerFailed
from graph.server import process
from graph.server.database_status import login
from graph.server.home import State, reason_of_end, write_state

START_SECONDS = 120
REFUSALS = 10
"Logins to try, a second apart, before a password is taken for wrong."


def wait(home: Path, state: State) -> None:
    """The server answers on both ports. Raises LocalServerFailed: it ended, takes long, or refuses its user."""
    deadline, refusals = time.monotonic() + START_SECONDS, 0
    try:
        while (answer := _answer(home, state)) != "ready":
            if not process.runs(home, state):
                write_state(home, replace(state, pid=None))
                raise LocalServerFailed(f"Neo4j did not start: {reason_of_end(home)} (from {home}/logs/neo4j.log)")
            if time.monotonic() > deadline:
                raise LocalServerFailed(
                    f"Neo4j (pid {state.pid}) is still starting after {START_SECONDS} s: "
                    f"{home}/logs/neo4j.log tells what it does; `innercircle up` waits for it again"
                )
            refusals += answer == "refused"
            if refusals > REFUSALS:
                raise LocalServerFailed(
                    f"Neo4j in {home} runs (pid {state.pid}) and refuses the password in {home}/password: "
                    "if you changed it, write the new one there"
                )
            # A refusal may come from the server of another home, on a port that both chose: ours ends soon.
            # More haste would make that server lock its user out.
            time.sleep(1 if answer == "refused" else 0.05)
    except KeyboardInterrupt:
        if state.pid and process.runs(home, state):
            os.kill(state.pid, signal.SIGTERM)
        raise


def _answer(home: Path, state: State) -> Literal["ready", "refused", "silent"]:
    """What comes from the ports: ready means the right version, a login, and an open Bolt port."""
    # http.client, because urllib would go through a proxy that the environment names
    web = http.client.HTTPConnection("127.0.0.1", state.http_port, timeout=10)
    try:
        web.request("GET", "/", headers={"Accept": "application/json"})
        response = web.getresponse()
        if response.status != http.client.OK or state.version not in response.read().decode():
            return "silent"
        web.request("GET", "/db/", headers=login(home))  # 404 after a login
        if web.getresponse().status in (http.client.UNAUTHORIZED, http.client.TOO_MANY_REQUESTS):
            return "refused"
        socket.create_connection(("127.0.0.1", state.bolt_port), timeout=5).close()
    except (OSError, http.client.HTTPException):
        return "silent"
    finally:
        web.close()
    return "ready"
