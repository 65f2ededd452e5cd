"""What a run staged that was broken off counts for nothing later: for no re-rating, and for no other run."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from graph.policy import publishing
from graph.policy.scheme import Scheme, parse
from graph.rating import apply
from graph.rating.engines.choice import ENGINES
from graph.rating.run import rate
from graph.store.client import Database
from tests import storing
from tests.conftest import WIPE
from tests.rating.engines.test_answers import KEPT, SECRET, differences
from tests.strategies import make_scheme
from tests.worlds.chosen_conduct import AS_OF, contact, facts_of

# Two years on, each obligation weighs little: other conduct, and too little is known for a band.
LATER = AS_OF + timedelta(days=800)
PLAIN = make_scheme(known_from=0.5)
HEARD = make_scheme(known_from=0.1, voice={"full": 0.5, "outside": 0.25, "founders_at_least": 1})
UNHEARD = make_scheme(voice={"founders_at_least": 1})
PAIRS = [("ann", "bob"), ("ann", "cid"), ("bob", "cid")]
FACTS = facts_of(
    {"ann": [1.0, 0.9], "bob": [0.0], "cid": [0.3]},
    [each for number, pair in enumerate(PAIRS) for each in contact(*pair, range(1, 4 + number))],
)


class Ended(BaseException):
    """Nothing in the project catches it, as nothing catches kill -9."""


@contextmanager
def ending(patch: pytest.MonkeyPatch, last: str | None = None) -> Iterator[list[str]]:
    """What goes on is ended when it comes to this query; yields the queries that it came to."""
    met: list[str] = []
    run = Database.run

    def until(database: Database, name: str, /, **more: Any) -> Any:
        met.append(name)
        if name == last:
            raise Ended
        return run(database, name, **more)

    with patch.context() as patched:
        patched.setattr(Database, "run", until)
        yield met


def begin(database: Database, scheme: Scheme) -> None:
    """The community is rated, by a run that nobody disturbed."""
    database.statement(WIPE)
    database.run("make_secret", name="veil", value=SECRET)
    storing.store(database, FACTS, scheme)
    if scheme.voice:
        storing.found(database, scheme, "bob")
    rate(database, scheme.id, as_of=AS_OF, engine="cypher")


def kept(database: Database) -> list[Any]:
    """What is kept of ratings, without what is staged."""
    rows = database.statement(KEPT)
    for row in rows:
        row["m"] = {name: value for name, value in row["m"].items() if not name.startswith("next_")}
    return rows


class Undisturbed(NamedTuple):
    """What is kept where no run is broken off."""

    rerated: list[Any]
    "after a fact was taken away"
    later: list[Any]
    "after the run that follows"


def undisturbed(database: Database, scheme: Scheme) -> Undisturbed:
    begin(database, scheme)
    apply.remove(database, "obligations", ["ann-0"])
    rerated = kept(database)
    rate(database, scheme.id, as_of=LATER, engine="cypher")
    return Undisturbed(rerated, without_pasts(database.statement(KEPT)))


def without_pasts(rows: list[Any]) -> list[Any]:
    """Where a re-rating is refused, there is no rating between two runs to remember."""
    return [row | {"pasts": None} for row in rows]


def check(
    database: Database, patch: pytest.MonkeyPatch, engine: str, scheme: Scheme, last: str, expected: Undisturbed
) -> None:
    """A run that is ended at this query changes no later rating: neither a re-rating's, nor another engine's."""
    begin(database, scheme)
    before = kept(database)
    with ending(patch, last), pytest.raises(Ended):
        rate(database, scheme.id, as_of=LATER, engine=engine)
    left = kept(database)
    _, [said] = apply.remove(database, "obligations", ["ann-0"])
    found = kept(database)
    if said.stale:
        assert differences(found, left) == []
    else:
        assert differences(left, before) == []
        assert differences(found, expected.rerated) == []
    rate(database, scheme.id, as_of=LATER, engine=next(other for other in ENGINES if other != engine))
    now = without_pasts(database.statement(KEPT))
    assert differences(now, expected.later) == [], "nothing staged is left, either"


@pytest.mark.parametrize("last", ["conduct", "unsettle"])
def test_what_a_run_staged_that_was_broken_off_is_not_read_by_a_re_rating(
    graph: Database, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    check(graph, monkeypatch, "cypher", PLAIN, last, undisturbed(graph, PLAIN))


@pytest.mark.slow
@pytest.mark.parametrize("scheme", [PLAIN, HEARD], ids=["plain", "heard"])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_that_is_broken_off_anywhere_changes_no_later_rating(
    graph: Database, monkeypatch: pytest.MonkeyPatch, engine: str, scheme: Scheme
) -> None:
    expected = undisturbed(graph, scheme)
    with ending(monkeypatch) as met:
        rate(graph, scheme.id, as_of=LATER, engine=engine)
    steps = list(dict.fromkeys(met))
    assert {"unsettle", "finish_run"} < set(steps)
    for last in steps[steps.index("record_run") + 1 : steps.index("finish_run") + 1]:
        check(graph, monkeypatch, engine, scheme, last, expected)


def test_what_was_staged_under_another_policy_leans_on_nothing(
    graph: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(graph, UNHEARD)
    with ending(monkeypatch, "unsettle"), pytest.raises(Ended):
        rate(graph, UNHEARD.id, as_of=AS_OF, engine="cypher")
    staged = graph.statement("MATCH (m:Membership) WHERE m.next_leaning[0] > 0 RETURN m.rid")
    assert staged, "reports of who has no voice"
    text = make_scheme(weights={"purchases": 1.0}).text.replace('version = "1"', 'version = "2"', 1)
    publishing.publish(graph, parse(text, "made-up.toml"))
    run = rate(graph, UNHEARD.id, as_of=AS_OF, engine="cypher")
    assert graph.one("run", id=run.id)["run"]["leaning"] == [0, 0, 0]


def test_conduct_that_a_re_rating_staged_and_did_not_publish_is_read_by_no_other(
    graph: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(graph, PLAIN)
    with ending(monkeypatch, "rerating_start") as met, pytest.raises(Ended):
        apply.remove(graph, "obligations", ["bob-0"])
    assert met[-1] == "rerating_start"
    apply.remove(graph, "obligations", ["ann-0"])
    expected = kept(graph)

    begin(graph, PLAIN)
    with monkeypatch.context() as patched:
        patched.setattr(Database, "transaction", _ended)
        with pytest.raises(Ended):
            apply.remove(graph, "obligations", ["bob-0"])
    assert graph.statement("MATCH (m:Membership) WHERE m.next_conduct IS NOT NULL RETURN m.rid") != []
    apply.remove(graph, "obligations", ["ann-0"])
    assert differences(kept(graph), expected) == []


def _ended(_database: Database) -> Any:
    raise Ended
