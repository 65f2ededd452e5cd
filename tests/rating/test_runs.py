"""What a run promises: nothing half-done is seen, one at a time, and enough on record to repeat it."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from graph.errors import NotConverged, NotFound, ParameterError, SchemeInvalid, StoreConflict
from graph.facts.values import Facts
from graph.policy import publishing
from graph.policy.scheme import parse
from graph.rating import published, reference, runs
from graph.rating.engines.choice import ENGINES
from graph.rating.run import coming_midnight, rate
from graph.rating.runs import recorded
from graph.store.client import Database
from tests.storing import leave_one, put, store
from tests.strategies import AS_OF, NASTY, make_scheme

CROWD: Facts = next(community.facts for community in NASTY if community.name == "everyone in one circle")
ENGINE = pytest.mark.parametrize("engine", ENGINES)
PUBLISHED = "MATCH (m:Membership) RETURN properties(m) AS m, labels(m) AS labels ORDER BY m.id"


@pytest.mark.slow
@ENGINE
def test_a_run_that_does_not_converge_publishes_nothing(graph: Database, engine: str) -> None:
    scheme = make_scheme(share=0.5, max_sweeps=100)
    store(graph, CROWD, scheme)
    rate(graph, scheme.id, as_of=AS_OF)
    before = graph.statement(PUBLISHED)
    hasty = parse(
        scheme.text.replace("max_sweeps = 100", "max_sweeps = 2").replace('version = "1"', 'version = "2"', 1), ""
    )
    publishing.publish(graph, hasty)
    with pytest.raises(NotConverged, match="nothing was published") as caught:
        rate(graph, scheme.id, as_of=AS_OF - timedelta(days=1), engine=engine)
    assert caught.value.sweeps == 2
    assert caught.value.bound > 1e-9
    assert graph.statement(PUBLISHED) == before
    assert graph.statement("MATCH (r:Run) RETURN count(*) AS runs") == [{"runs": 1}]


@pytest.mark.slow
def test_a_second_run_of_a_scheme_is_told_of_the_first(graph: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    scheme, other = make_scheme(), make_scheme(id="other")
    store(graph, CROWD, scheme)
    publishing.publish(graph, other)
    monkeypatch.setattr(runs, "PATIENCE_SECONDS", 0.1)
    with graph.run_lock({"scheme": scheme.id, "run": "the first"}):
        with pytest.raises(StoreConflict, match=r"another run of made-up is under way since .*the first"):
            rate(graph, scheme.id, as_of=AS_OF)
        rate(graph, other.id, as_of=AS_OF)
    rate(graph, scheme.id, as_of=AS_OF)


def test_of_runs_that_start_together_one_rates(graph: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    scheme = make_scheme()
    store(graph, CROWD, scheme)
    monkeypatch.setattr(runs, "PATIENCE_SECONDS", 0.0)
    outcomes: list[str] = []

    def run() -> None:
        try:
            outcomes.append(rate(graph, scheme.id, as_of=AS_OF).id)
        except StoreConflict:
            outcomes.append("told")

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorded = {row["id"] for row in graph.statement("MATCH (r:Run) RETURN r.id AS id")}
    assert len(outcomes) == 4
    assert recorded
    assert recorded == set(outcomes) - {"told"}


@pytest.mark.slow
@ENGINE
def test_a_reader_during_runs_gets_answers_that_add_up(graph: Database, engine: str) -> None:
    scheme = make_scheme(size=15)
    store(graph, CROWD, scheme)
    rate(graph, scheme.id, as_of=AS_OF)
    stop = threading.Event()
    seen: set[str] = set()
    failures: list[Exception] = []

    def read() -> None:
        while not stop.is_set():
            for entity, _ in CROWD.members:
                try:
                    opened = published.open_rating(graph, entity, scheme.id)
                except Exception as error:
                    failures.append(error)
                    return
                seen.add(opened.run)

    reader = threading.Thread(target=read)
    reader.start()
    runs = [
        rate(graph, scheme.id, as_of=AS_OF - timedelta(days=day), batch=3, engine=engine).id for day in range(6)
    ]
    stop.set()
    reader.join()
    assert failures == []
    assert len(seen & set(runs)) > 1, "the reader met several runs"


@ENGINE
def test_a_run_records_what_is_needed_to_repeat_it(graph: Database, engine: str) -> None:
    scheme = make_scheme()
    store(graph, CROWD, scheme)
    run = rate(graph, scheme.id, as_of=AS_OF, engine=engine)
    assert (run.scheme, run.version, run.hash, run.policy) == (scheme.id, "1", scheme.hash, scheme.text)
    assert (run.as_of, run.engine, run.members) == (AS_OF, engine, 20)
    assert 0 < run.bound <= scheme.solver.tolerance
    assert run.started <= run.finished
    assert recorded(graph, run.id) == run
    assert publishing.published(graph, scheme.id).run == run.id


@pytest.mark.parametrize("as_of", [AS_OF + timedelta(hours=1), AS_OF - timedelta(microseconds=1)])
def test_a_run_is_as_of_the_end_of_a_utc_day(graph: Database, as_of: datetime) -> None:
    publishing.publish(graph, make_scheme())
    with pytest.raises(ParameterError, match="the end of a UTC day"):
        rate(graph, "made-up", as_of=as_of)


def test_by_default_a_run_is_as_of_the_coming_midnight(graph: Database) -> None:
    publishing.publish(graph, make_scheme())
    run = rate(graph, "made-up")
    assert run.as_of == coming_midnight(run.started)
    assert coming_midnight(datetime(2026, 6, 30, 23, 59, tzinfo=UTC)) == AS_OF
    assert coming_midnight(datetime(2026, 6, 30, tzinfo=UTC)) == AS_OF


def test_a_scheme_that_is_not_published_cannot_be_rated(graph: Database) -> None:
    with pytest.raises(NotFound, match="no scheme 'reliability' is published"):
        rate(graph, "reliability")


def test_a_member_that_joined_after_a_run_is_not_rated_until_the_next(graph: Database) -> None:
    scheme = make_scheme()
    store(graph, replace(CROWD, members=CROWD.members[:3]), scheme)
    rate(graph, scheme.id, as_of=AS_OF)
    late = {"entity": "m05", "scheme": scheme.id, "at": "2026-07-01T10:00:00Z", "notice": "1"}
    assert put(graph, "memberships", [late])["rejects"] == []
    with pytest.raises(NotFound, match="not rated yet"):
        published.open_rating(graph, "m05", scheme.id)
    rate(graph, scheme.id, as_of=AS_OF)
    assert published.open_rating(graph, "m05", scheme.id).points > 350


@pytest.mark.slow
@ENGINE
@pytest.mark.parametrize("batch", [3, 10_000])
@pytest.mark.parametrize("step", ["conduct", "circle", "sweep", "publish"])
def test_a_member_that_joins_during_a_run_takes_part_in_the_next(
    graph: Database, step: str, batch: int, engine: str
) -> None:
    scheme = make_scheme(size=15)
    store(graph, replace(CROWD, members=CROWD.members[:10]), scheme)
    rate(graph, scheme.id, as_of=AS_OF, engine=engine)
    undisturbed = graph.statement("MATCH (m:Membership) RETURN m.id, m.score, m.circle, m.used ORDER BY m.id")
    newcomers = [
        {"entity": entity, "scheme": scheme.id, "at": "2026-06-01T10:00:00Z", "notice": "1"}
        for entity, _ in CROWD.members[10:]
    ]

    def join(reached: str) -> None:
        if reached == step:
            assert put(graph, "memberships", newcomers)["rejects"] == []

    rate(graph, scheme.id, as_of=AS_OF, batch=batch, progress=join, engine=engine)
    rated = "MATCH (m:Membership) WHERE m.score IS NOT NULL RETURN m.id, m.score, m.circle, m.used ORDER BY m.id"
    assert graph.statement(rated) == undisturbed
    for entity, _ in CROWD.members[:10]:
        published.open_rating(graph, entity, scheme.id)
    assert rate(graph, scheme.id, as_of=AS_OF).members == 20
    assert len(graph.statement(rated)) == 20


@pytest.mark.slow
@ENGINE
@pytest.mark.parametrize("batch", [3, 10_000])
@pytest.mark.parametrize("step", ["conduct", "circle", "sweep", "publish"])
def test_a_member_that_leaves_during_a_run_is_out_and_the_others_add_up(
    graph: Database, step: str, batch: int, engine: str
) -> None:
    scheme = make_scheme(size=4)
    store(graph, CROWD, scheme)
    rate(graph, scheme.id, as_of=AS_OF)
    leaver = CROWD.members[3][0]
    left: list[dict[str, Any]] = []

    def leave(reached: str) -> None:
        if reached == step and not left:
            left.append(leave_one(graph, scheme, leaver))

    rate(graph, scheme.id, as_of=AS_OF, batch=batch, progress=leave, engine=engine)
    assert left[0]["followers"]
    marked = step != "conduct"
    for entity, _ in CROWD.members:
        if entity != leaver:
            opened = published.open_rating(graph, entity, scheme.id)
            assert sum(each.weight for each in opened.circle) == pytest.approx(1)
            assert opened.stale == marked, "circles may lack who would have taken the place"
    remaining = replace(CROWD, members=[each for each in CROWD.members if each[0] != leaver])
    rate(graph, scheme.id, as_of=AS_OF, engine=engine)
    expected = reference.rate(remaining, scheme, AS_OF)
    for entity, member in expected.members.items():
        opened = published.open_rating(graph, entity, scheme.id)
        assert opened.score == pytest.approx(member.score, abs=1e-9)
        assert not opened.stale


def test_a_published_version_keeps_its_content(graph: Database) -> None:
    scheme = make_scheme()
    assert publishing.publish(graph, scheme)
    assert not publishing.publish(graph, scheme)
    with pytest.raises(SchemeInvalid, match="version: '1' was published before with other content"):
        publishing.publish(graph, make_scheme(share=0.3))
    reworded = scheme.text.replace("Made up for tests.", "Other words.").replace(
        'version = "1"', 'version = "2"', 1
    )
    with pytest.raises(SchemeInvalid, match=r"notice.version: '1' was published before"):
        publishing.publish(graph, parse(reworded, ""))
    assert publishing.published(graph, scheme.id).versions == (f"1 {scheme.hash}",)
