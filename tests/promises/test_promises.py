"""The promises of the house, driven at random against a model of them in plain Python.

Members join, leave, join again, pause, dispute, grant, object, are erased and come again, in two schemes whose
policies change; founders are named and answer; facts are loaded; clients read; reviewers decide; and holders of
a token, or of several, ask over HTTP. After each step the graph keeps the model's promises. Members are rated as
the reference in networkx rates the facts that count by the model, and nobody else is rated. A client reads what is
granted now, and each read is on record once. Nobody is ever shown to others under two offsets. A founder was named
and has accepted. An objector is in no contact. No trace of the erased is left.

`make test` runs a short one, the same each time; `make test-all` some of 50 steps, each time others; PROMISES=500
in the environment makes them 500, for a night.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test as run

from graph.identity import Keyring
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store.client import Database
from tests.api.conftest import serve
from tests.promises.tokens import Tokens


def driven(graph: Database, api: httpx.Client, ring: Keyring, *, runs: int, steps: int, **more: Any) -> None:
    driver = type("Driver", (Tokens,), {"graph": graph, "api": api, "ring": ring})
    run(
        driver,
        settings=hypothesis_settings(
            max_examples=runs,
            stateful_step_count=steps,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            **more,
        ),
    )


@pytest.fixture
def ring(settings: Settings) -> Keyring:
    """The keys of the session's service; one of them signs."""
    ring = Keyring.of(settings)
    if not ring.usable():
        ring.create(datetime.now(UTC))
    return ring


@pytest.fixture
def api(graph: Database, settings: Settings, server: Server, ring: Keyring) -> Iterator[httpx.Client]:
    with serve(partial(connect, settings), settings=settings) as client:
        yield client


def test_the_promises_hold_whatever_happens(graph: Database, api: httpx.Client, ring: Keyring) -> None:
    driven(graph, api, ring, runs=2, steps=20, derandomize=True, database=None)


@pytest.mark.slow
@pytest.mark.timeout(28_800)
def test_the_promises_hold_whatever_happens_in_longer_runs(
    graph: Database, api: httpx.Client, ring: Keyring
) -> None:
    driven(graph, api, ring, runs=int(os.environ.get("PROMISES", "5")), steps=50)
