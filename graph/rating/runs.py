"""The record of a run, the policy that it used, and the lock that keeps other runs of its scheme out."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from graph.errors import StoreConflict, StoreUnavailable
from graph.model import Run
from graph.policy.scheme import Scheme, parse
from graph.store.client import Database, utc

# How long a start waits for what is left of a killed run; the server ends it as soon as the connection drops.
PATIENCE_SECONDS = 3.0


def recorded(database: Database, run: str) -> Run:
    """The run as the graph has it. Raises NotFound."""
    row = database.one("run", id=run)["run"]
    values: dict[str, Any] = {name: row.get(name) for name in Run.__dataclass_fields__}
    for name in ("as_of", "started", "finished"):
        values[name] = values[name] and utc(values[name])
    values["founders"] = None if values["founders"] is None else tuple(values["founders"])
    return Run(**values)


def recorded_policy(database: Database, run: str) -> str:
    """The text of the policy that a run used. Raises NotFound."""
    return str(database.one("run", id=run)["run"]["policy"])


@lru_cache(maxsize=256)
def policy_of_run(database: Database, run: str) -> Scheme:
    """The policy that a run used; kept, since a run's record never changes."""
    return parse(recorded_policy(database, run), f"run {run}")


@contextmanager
def alone(database: Database, scheme: str, run: str) -> Iterator[dict[str, str]]:
    """No other run of the scheme is under way while the block runs; yields the tags of its transactions.

    A run shows itself by an open transaction, which the server ends when this process dies. Of two that start
    together the older transaction wins. Raises StoreConflict.
    """
    tags = {"scheme": scheme, "run": run}
    with database.run_lock(tags):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (oldest := _oldest(database, scheme))["run"] != run:
            if time.monotonic() > deadline:
                raise StoreConflict(
                    f"another run of {scheme} is under way since {oldest['since']} (run {oldest['run']}): "
                    "wait for it to end, then run the command again"
                )
            time.sleep(0.2)
        yield tags


def check_alone(database: Database, scheme: str, run: str) -> None:
    """The run is the one that goes on still: its lock is lost where the server was started anew meanwhile.

    Raises StoreUnavailable, StoreConflict (another run has begun since).
    """
    oldest = _oldest(database, scheme)
    if oldest["run"] != run:
        raise StoreConflict(
            f"the server has ended the lock of this run, and another run of {scheme} is under way since "
            f"{oldest['since']} (run {oldest['run']}): nothing was published"
        )


def _oldest(database: Database, scheme: str) -> dict[str, Any]:
    """The run of the scheme that began first. Raises StoreUnavailable if there is none, not even the caller's."""
    found = database.run("runs_under_way", scheme=scheme, database=database.called)
    if not found:
        raise StoreUnavailable(f"the server has ended the lock of a run of {scheme}: run the command again")
    return found[0]
