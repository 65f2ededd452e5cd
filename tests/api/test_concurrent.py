"""Readers meet runs: whatever they are answered adds up, and belongs to one run."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import cycle, takewhile
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.rating.published import lookup
from graph.rating.run import rate
from graph.store.client import Database
from tests.api.conftest import As
from tests.conftest import WIPE

MEMBERS = 200
INSTANTS = [datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)]
RUNS = 3


@pytest.fixture(scope="module")
def crowd(database: Database, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Members of reliability in a ring, each in contact with four neighbours and late with an obligation."""
    ids = [f"m-{number:04}" for number in range(MEMBERS)]
    around = [(ids[i], ids[(i + step) % MEMBERS]) for i in range(MEMBERS) for step in (1, 2)]
    start = datetime(2026, 5, 1, 12, tzinfo=UTC)
    days = [(start + timedelta(days=number % 50)).isoformat() for number in range(MEMBERS)]
    files = {
        "entities": ["id,kind", *(f"{each},person" for each in ids)],
        "contacts": [
            "source,target,at",
            *(f"{a},{b},{days[i % MEMBERS]}" for i, pair in enumerate(around) for a, b in (pair, pair[::-1])),
        ],
        "obligations": [
            "debtor,creditor,due,settled",
            *(f"{a},{b},2026-05-01T00:00:00Z,{days[i]}" for i, (a, b) in enumerate(around[::2])),
        ],
        "memberships": [
            "entity,scheme,at,notice",
            *(f"{each},reliability,2026-01-01T00:00:00Z,1" for each in ids),
        ],
    }
    folder: Path = tmp_path_factory.mktemp("crowd")
    for kind, lines in files.items():
        (folder / f"{kind}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    database.statement(WIPE)
    publishing.publish(database, scheme.read("reliability"))
    assert not any(each.rejected for each in load(database, [folder]))
    rate(database, "reliability", as_of=INSTANTS[0])
    return ids


@pytest.mark.slow
def test_a_reader_during_runs_always_gets_ratings_that_add_up(
    database: Database, crowd: list[str], as_member: As
) -> None:
    ended = threading.Event()
    seen: list[dict[str, Any]] = []

    def read_open() -> None:
        for entity in turns():
            rating = asked(as_member(entity).get(f"/v1/schemes/reliability/ratings/{entity}"))
            assert [part["contacts"] for part in rating["parts"] if part["contacts"]] == [4]
            assert sum(part["whole"] for part in rating["parts"]) == rating["whole_points"]
            seen.append(rating)

    def read_beside() -> None:
        for entity in turns():
            seen.extend(asked(as_member(entity).get(f"/v1/entities/{entity}/ratings"))["ratings"])

    def turns() -> Iterator[str]:
        return takewhile(lambda _: not ended.is_set(), cycle(crowd))

    published = {(each.run, each.entity): each for each in lookup(database, crowd, "reliability")}
    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for read in (read_open, read_open, read_beside, read_beside)]
        try:
            for number in range(RUNS):
                rate(database, "reliability", as_of=INSTANTS[(number + 1) % 2], batch=40)
                # What the run has published, read while nothing changes.
                for each in lookup(database, crowd, "reliability"):
                    published[each.run, each.entity] = each
        finally:
            ended.set()
        for reader in readers:
            reader.result()

    assert len({run for run, _ in published}) == RUNS + 1
    assert len({answer["run"] for answer in seen}) > 1, "the readers met no run"
    for answer in seen:
        exact = published[answer["run"], answer["entity"]]
        assert abs(answer["whole_points"] - exact.points) <= answer["within_points"] + 0.5
        assert datetime.fromisoformat(answer["as_of"]) == exact.as_of


def asked(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()
