"""Whether the database of a managed Neo4j is online. Its ports can answer while the database does not."""

import base64
import http.client
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.errors import LocalServerFailed
from graph.server.home import State, is_read_only, password

NAME = "neo4j"
ASKED = f"SHOW DATABASES YIELD name, currentStatus, statusMessage WHERE name = '{NAME}'"
SECONDS = 120
"For an answer: on a busy machine it takes long to plan the first query."
PATHS = "/db/{}/tx/commit", "/db/{}/query/v2"
"Of Neo4j's HTTP API: the older one, and the one that later releases have."


@dataclass(frozen=True)
class Status:
    """What the server says of its database, and whether it takes a query."""

    current: str
    "online, offline, starting ..."
    message: str
    online: bool

    @property
    def says(self) -> str:
        """The status in words, for the operator."""
        if self.online:
            return self.current
        more = f": {self.message}" if self.message else ""
        return (
            f"{self.current}{more}"
            if self.current != "online"
            else f"said to be online, and takes no queries{more}"
        )


def ask(home: Path, state: State) -> Status:
    """The status of the database of a server that answers. Raises LocalServerFailed where it says nothing."""
    try:
        rows, error = _run(home, state, "system", ASKED)
        if rows is None:
            raise LocalServerFailed(f"Neo4j in {home} does not say how its database is: {error}")
        if not rows:
            return Status("absent", f"there is no database {NAME}", online=False)
        current, message = rows[0][1], rows[0][2] or ""
        if current != "online":
            return Status(current, message, online=False)
        rows, error = _run(home, state, NAME, "RETURN 1")
    except (OSError, ValueError, LookupError, http.client.HTTPException) as failure:
        raise LocalServerFailed(
            f"Neo4j in {home} runs, and does not say how its database is: it may still be starting, and "
            f"`innercircle up` waits for it ({failure})"
        ) from failure
    # After a disk was full it takes reads for a moment, and says so in its message.
    read_only = "read only mode" in message and not is_read_only(home)
    return Status(current, message or error, online=rows is not None and not read_only)


def wait(home: Path, state: State, seconds: float) -> Status:
    """The status once the database is neither starting nor being recovered, or after so many seconds."""
    until = time.monotonic() + seconds
    while (status := ask(home, state)).current in ("starting", "unknown") and time.monotonic() < until:
        time.sleep(0.2)
    return status


def login(home: Path) -> dict[str, str]:
    """The header with which a request to the server of this home is its user's."""
    return {"Authorization": "Basic " + base64.b64encode(f"neo4j:{password(home)}".encode()).decode()}


def _run(home: Path, state: State, database: str, text: str) -> tuple[list[list[Any]] | None, str]:
    """The rows of a query, or None and the error."""
    headers = {**login(home), "Content-Type": "application/json", "Accept": "application/json"}
    for path, body in zip(PATHS, ({"statements": [{"statement": text}]}, {"statement": text}), strict=True):
        web = http.client.HTTPConnection("127.0.0.1", state.http_port, timeout=SECONDS)
        try:
            web.request("POST", path.format(database), json.dumps(body), headers)
            response = web.getresponse()
            status, told = response.status, response.read().decode()
        finally:
            web.close()
        answer = json.loads(told) if told else {}
        if errors := answer.get("errors"):
            if status == http.client.NOT_FOUND and "NotFound" not in errors[0].get("code", ""):
                continue
            return None, str(errors[0].get("message", errors[0]))
        if "results" in answer:
            return [each["row"] for each in answer["results"][0]["data"]], ""
        if "data" in answer:
            return answer["data"]["values"], ""
    return None, "its HTTP API does not answer"
