"""An answer is the same whichever engine made the run: ratings, explanations, re-rating and repeated runs."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from graph.errors import ParameterError
from graph.facts.values import Facts
from graph.policy.scheme import Scheme
from graph.rating import apply, published
from graph.rating.engines import choice
from graph.rating.engines.choice import ENGINES
from graph.rating.run import rate
from graph.rating.verify import verify_run
from graph.store.client import Database
from tests import storing
from tests.conftest import WIPE, Command, samples
from tests.facts.looking import written
from tests.strategies import AS_OF, NASTY, communities, make_scheme, schemes, schemes_with_voice
from tests.worlds import paid_in_parts

# Everything that is kept of ratings, but for what tells two runs apart.
KEPT = """
MATCH (m:Membership)
RETURN m.id AS id, [label IN labels(m) WHERE label <> 'Membership'] AS band,
       m {.*, run: null, seal: null, since: null, rerated: m.rerated IS NOT NULL} AS m,
       COLLECT { MATCH (m)-[tie:INNER]->(c) RETURN tie {.*, to: c.id} ORDER BY c.id } AS ties,
       COLLECT { MATCH (m)-[:WAS]->(p:Past) RETURN p {.*, run: null, since: null, rerated: p.rerated IS NOT NULL}
                 ORDER BY p.since } AS pasts
ORDER BY id
"""
SECRET = "5e" * 32
HEARD = make_scheme(
    partner_month=1.0, partner_year=2.0, voice={"full": 0.5, "outside": 0.25, "founders_at_least": 1}
)


def rated(database: Database, facts: Facts, scheme: Scheme, engines: Sequence[str]) -> list[Any]:
    """What is kept after a run by each of these engines, a month apart, and after a fact is taken away again."""
    database.statement(WIPE)
    database.run("make_secret", name="veil", value=SECRET)
    storing.store(database, facts, scheme)
    founders = [entity for entity, _ in facts.members][:2] if scheme.voice else []
    storing.found(database, scheme, *founders)
    months = len(engines) - 1
    runs = [
        rate(database, scheme.id, as_of=AS_OF - timedelta(days=30 * (months - number)), engine=engine)
        for number, engine in enumerate(engines)
    ]
    assert [run.engine for run in runs] == list(engines)
    assert all(verify_run(database, run.id).holds for run in runs)
    found = [database.statement(KEPT), runs[-1].ties, database.one("run", id=runs[-1].id)["run"]["leaning"]]
    found += [parts(database, scheme, facts)]
    for kind in ("obligations", "contacts"):
        for fact in getattr(facts, kind)[:1]:
            apply.remove(database, kind, [fact.id])
            found += [database.statement(KEPT)]
    return found


def parts(database: Database, scheme: Scheme, facts: Facts) -> list[Any]:
    """What is explained of each member: where its points come from."""
    opened = [published.open_rating(database, entity, scheme.id) for entity, _ in facts.members]
    return [[(part.source, part.points, part.whole) for part in each.parts] for each in opened]


def differences(found: Any, expected: Any, where: str = "") -> list[str]:
    """Where two answers differ by more than 1e-9."""
    if isinstance(found, float) and isinstance(expected, float):
        return [] if found == pytest.approx(expected, abs=1e-9) else [f"{where}: {found} and {expected}"]
    if isinstance(found, dict) and isinstance(expected, dict):
        return [
            each
            for name in sorted(found.keys() | expected.keys())
            for each in differences(found.get(name), expected.get(name), f"{where}.{name}")
        ]
    if isinstance(found, list | tuple) and isinstance(expected, list | tuple) and len(found) == len(expected):
        pairs = zip(found, expected, strict=True)
        return [each for number, pair in enumerate(pairs) for each in differences(*pair, f"{where}[{number}]")]
    return [] if found == expected else [f"{where}: {found} and {expected}"]


@pytest.mark.parametrize("name", ["everyone in one circle", "promises kept along a chain, and a ring beside it"])
def test_whichever_engine_made_which_run_the_same_is_kept_and_explained(graph: Database, name: str) -> None:
    facts = next(community.facts for community in NASTY if community.name == name)
    expected = rated(graph, facts, HEARD, ["cypher", "cypher"])
    for engines in (("arrays", "arrays"), ("cypher", "arrays"), ("arrays", "cypher")):
        assert differences(rated(graph, facts, HEARD, engines), expected) == []


@pytest.mark.slow
@settings(max_examples=samples(4, 12), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=communities(), scheme=schemes() | schemes_with_voice())
def test_of_a_random_community_the_same_is_kept_and_explained(
    graph: Database, facts: Facts, scheme: Scheme
) -> None:
    if scheme.voice and len(facts.members) < scheme.voice.founders_at_least:
        return
    expected = rated(graph, facts, scheme, ["cypher"])
    assert differences(rated(graph, facts, scheme, ["arrays"]), expected) == []


def test_payments_and_days_of_a_zone_count_alike_whichever_engine_made_the_run(
    graph: Database, tmp_path: Path
) -> None:
    found = {engine: paid(graph, tmp_path, engine) for engine in ENGINES}
    assert differences(found["arrays"], found["cypher"]) == []
    for answers in found.values():
        first, settled, again = ({row["m"]["id"]: row["m"] for row in answers[number]} for number in range(3))
        rates = {who: first[f"{HEARD.id}|{who}"]["obligations"] for who in ("ann", "cid", "bob")}
        assert rates["ann"] > rates["cid"] > rates["bob"], "in time there, a day late, and open"
        bob = f"{HEARD.id}|bob"
        assert settled[bob]["obligations"] > rates["bob"]
        assert settled[bob]["obligations"] == pytest.approx(again[bob]["obligations"], abs=1e-12)


def paid(database: Database, folder: Path, engine: str) -> list[Any]:
    """What is kept after a run, after the last cent was paid, and after one more run."""
    database.statement(WIPE)
    database.run("make_secret", name="veil", value=SECRET)
    paid_in_parts.stored(database, folder, HEARD)
    runs, found = [], []
    for number in range(3):
        if number == 1:
            apply.apply(database, [written(folder, "payments-more.csv", *paid_in_parts.LAST_CENT)])
        else:
            runs += [rate(database, HEARD.id, as_of=AS_OF, engine=engine)]
        found += [database.statement(KEPT)]
    assert all(verify_run(database, run.id).holds for run in runs[1:])
    return found


def test_an_engine_is_named_or_it_is_the_settings(graph: Database, innercircle: Command) -> None:
    storing.store(graph, NASTY[-1].facts, make_scheme())
    for words, setting, engine in (
        ([], {}, choice.DEFAULT),
        ([], {"INNERCIRCLE_ENGINE": "arrays"}, "arrays"),
        (["--engine", "arrays"], {}, "arrays"),
        (["--engine", "cypher"], {"INNERCIRCLE_ENGINE": "arrays"}, "cypher"),
    ):
        told = innercircle("rate", "made-up", "--as-of", "2026-06-30", "--json", *words, **setting)
        assert told.returncode == 0, told.stderr
        assert json.loads(told.stdout)["engine"] == engine


def test_an_engine_that_there_is_not_is_refused_before_anything_is_done(
    graph: Database, innercircle: Command
) -> None:
    storing.store(graph, NASTY[-1].facts, make_scheme())
    with pytest.raises(ParameterError, match="no engine 'spark': it is one of cypher, arrays"):
        rate(graph, "made-up", engine="spark")
    told = innercircle("rate", "made-up", "--engine", "Arrays")
    assert (told.returncode, told.stderr) == (
        1,
        "error: there is no engine 'Arrays': it is one of cypher, arrays\n",
    )
    told = innercircle("rate", "made-up", INNERCIRCLE_ENGINE="gds")
    assert "INNERCIRCLE_ENGINE='gds'" in told.stderr
    assert graph.statement("MATCH (r:Run) RETURN r.id") == []
