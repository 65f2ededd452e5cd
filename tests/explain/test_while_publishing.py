"""Explanations that are read while runs publish: each adds up to the points that it carries."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import pytest

from graph import explain
from graph.errors import StoreConflict
from graph.explain import reasons
from graph.facts.values import Contact, Facts, Obligation
from graph.policy import publishing
from graph.policy.scheme import parse
from graph.rating.engines.choice import ENGINES
from graph.rating.run import rate
from graph.store.client import Database
from tests.explain.summing import check_levels, check_reach, close
from tests.storing import store
from tests.strategies import AS_OF, make_scheme, numbered

MEMBERS = 120
READERS = 3


def around() -> Facts:
    """Members in a ring, each in contact with four neighbours and late with an obligation."""
    ids = [f"m{number:03}" for number in range(MEMBERS)]
    pairs = [(ids[i], ids[(i + step) % MEMBERS]) for i in range(MEMBERS) for step in (1, 2)]
    days = [AS_OF - timedelta(days=2 + i % 50, hours=12) for i in range(MEMBERS)]
    contacts = [Contact(*ends, days[i % MEMBERS]) for i, pair in enumerate(pairs) for ends in (pair, pair[::-1])]
    owed = [
        Obligation(each, ids[0], day, day + timedelta(days=i % 30))
        for i, (each, day) in enumerate(zip(ids, days, strict=True))
    ]
    return numbered(
        Facts(obligations=owed, contacts=contacts, members=[(each, rid) for rid, each in enumerate(ids)])
    )


def read_during_runs(database: Database, engine: str, *, at_least: int) -> tuple[int, int, int]:
    """How many explanations were read, of how many runs, and how many of them were of two runs at once."""
    policy = make_scheme(share=0.5)
    other = parse(
        policy.text.replace('version = "1"', 'version = "2"', 1).replace("share = 0.5", "share = 0.3"),
        "other.toml",
    )
    facts = around()
    store(database, facts, policy)
    rate(database, policy.id, as_of=AS_OF)
    members = [entity for entity, _ in facts.members]
    turns = count()
    ended = threading.Event()
    runs: set[str] = set()
    mixed = refused = 0

    def entities() -> Iterator[str]:
        while not ended.is_set():
            yield members[next(turns) * 7 % MEMBERS]

    def read() -> int:
        nonlocal mixed, refused
        found = 0
        for entity in entities():
            try:
                top = explain.explain(database, entity, policy.id, facts=found % 2 == 0)
                inner = next(part.name for part in top.levels[0].parts if part.source == "contact")
                inside = explain.explain(database, entity, policy.id, path=[inner])
                reach = explain.reach(database, entity, policy.id, smallest_points=0.5, facts=found % 2 == 1)
                why = reasons.why_not_higher(database, top.rating)
            except StoreConflict:
                refused += 1  # said so, after five readings that did not add up
                continue
            check_levels(top)
            check_levels(inside)
            check_reach(reach)
            assert close([*(each.points for each in why.reasons), why.rest], 950 - top.rating.points)
            runs.update((top.rating.run, reach.run))
            mixed += len({level.rating.run for level in inside.levels}) > 1
            found += 1
        return found

    with ThreadPoolExecutor(READERS) as pool:
        readers = [pool.submit(read) for _ in range(READERS)]
        try:
            for number in count():
                publishing.publish(database, (other, policy)[number % 2])
                rate(database, policy.id, as_of=AS_OF - timedelta(days=number % 2), batch=10, engine=engine)
                # three answers a turn: inside, and over all hops, beside the rating itself
                if (next(turns) * 3 > at_least and number >= 3) or any(reader.done() for reader in readers):
                    break
        finally:
            ended.set()
        read_by_all = sum(reader.result() for reader in readers) * 3
        assert refused <= read_by_all / 100
        return read_by_all, len(runs), mixed


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_ten_thousand_explanations_read_during_runs_add_up(graph: Database, engine: str) -> None:
    read, runs, mixed = read_during_runs(graph, engine, at_least=11_000)  # refused answers count as turns
    assert read >= 10_000
    assert runs > 20
    assert mixed > 0, "no explanation met two runs"
