"""How many facts a rating lacks because they are in dispute is told with it, and fits the rating that is shown."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graph import disclosure
from graph.cli.app import app
from graph.disclosure import report, to_clients
from graph.disclosure.set_aside import caption, in_words
from graph.identity import Keyring
from graph.model import Changes, SetAside
from graph.policy import scheme
from graph.rating import published
from graph.rating.run import rate
from graph.rights import disputes, grants
from graph.store.client import Database
from tests.strategies import AS_OF
from tests.worlds.villages import NOW, Village, build

PURPOSE = scheme.read("reliability").purpose[0]
NOTHING = SetAside()


@pytest.fixture(scope="module")
def villages(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    return build(database, tmp_path_factory.mktemp("villages"), 12)


@pytest.fixture
def village(villages: Iterator[Village]) -> Village:
    return next(villages)


def dispute(village: Village, entity: str, kind: str, fact: str) -> tuple[str, Changes]:
    """The new dispute's id, and what is still to be re-rated."""
    return village.database.write(
        lambda tx: disputes.dispute(
            tx, village(entity), kind=kind, fact=village(fact), statement="It is not so.", now=NOW
        )
    )


def aside(village: Village, entity: str, scheme_id: str = "reliability") -> SetAside:
    """What is set aside, the same wherever the rating is read."""
    id_, graph = village(entity), village.database
    said = {
        published.open_rating(graph, id_, scheme_id).set_aside,
        *(each.set_aside for each in published.lookup(graph, [id_], scheme_id)),
        *(each.set_aside for each in published.side_by_side(graph, id_) if each.scheme == scheme_id),
        disclosure.shown(graph, id_, scheme_id).set_aside,
        disclosure.explain(graph, id_, scheme_id).rating.set_aside,
    }
    [only_one] = said
    return only_one


def test_what_is_set_aside_is_of_the_rating_that_is_shown_and_not_of_one_to_come(village: Village) -> None:
    before = published.open_rating(village.database, village("bob"), "reliability")
    id_, changes = dispute(village, "bob", "obligations", "o2")
    old = published.open_rating(village.database, village("bob"), "reliability")
    assert (old.score, old.set_aside, old.stale) == (before.score, NOTHING, True), "it has the fact still"
    village.pass_on(changes)
    assert published.open_rating(village.database, village("bob"), "reliability").score > before.score
    assert aside(village, "bob") == SetAside(member=1)
    changes = village.database.write(lambda tx: disputes.withdraw(tx, village("bob"), id_, now=NOW))
    assert aside(village, "bob") == SetAside(member=1), "the rating lacks it still"
    village.pass_on(changes)
    assert aside(village, "bob") == NOTHING


def test_facts_of_every_kind_are_set_aside_by_the_side_that_raised_the_dispute(village: Village) -> None:
    for entity, kind, fact in [
        ("ann", "obligations", "o1"),
        ("ann", "purchases", "p1"),
        ("bob", "contacts", "c1"),
        ("ann", "contacts", "c2"),
    ]:
        village.pass_on(dispute(village, entity, kind, fact)[1])
    assert aside(village, "ann") == SetAside(member=3, other=1)
    assert aside(village, "bob") == SetAside(member=1, other=1)
    assert aside(village, "cat") == NOTHING
    # neither a purchase nor a contact is anything to a scheme in which none of them counts
    assert aside(village, "ann", "own-conduct") == SetAside(member=1)


def test_a_run_and_a_re_rating_set_the_same_aside(village: Village) -> None:
    for entity, kind, fact in [("cat", "obligations", "o3"), ("cat", "visits", "v1"), ("cat", "contacts", "c3")]:
        village.pass_on(dispute(village, entity, kind, fact)[1])
    found = {each: aside(village, each) for each in ("ann", "bob", "cat")}
    assert found == {"ann": NOTHING, "bob": SetAside(other=1), "cat": SetAside(member=3)}
    rate(village.database, "reliability", as_of=AS_OF)
    assert {each: aside(village, each) for each in found} == found


def test_what_is_not_touched_by_a_change_keeps_what_is_set_aside(village: Village) -> None:
    village.pass_on(dispute(village, "bob", "obligations", "o2")[1])
    village.pass_on(dispute(village, "bob", "contacts", "c1")[1])  # a circle alone
    assert aside(village, "bob") == SetAside(member=2)
    id_, changes = dispute(village, "cat", "obligations", "o3")  # follows to bob, whose circle has cat
    village.pass_on(changes)
    assert aside(village, "bob") == SetAside(member=2)
    disputes_ended = village.database.write(
        lambda tx: disputes.decide(tx, id_, upheld=True, reason="Seen.", reviewer="Ruth", now=NOW)
    )
    village.pass_on(disputes_ended)
    assert aside(village, "cat") == NOTHING, "a fact that is gone is in dispute no more"


def test_every_reader_of_a_rating_reads_that_facts_are_set_aside(village: Village, tmp_path: Path) -> None:
    bob, graph, now = village("bob"), village.database, datetime.now(UTC)
    village.pass_on(dispute(village, "bob", "obligations", "o2")[1])
    one = SetAside(member=1)
    until = now + timedelta(days=1)
    for what in grants.WHATS:
        give = partial(grants.grant, scheme="reliability", client="bank", purpose=PURPOSE, what=what, now=now)
        graph.write(partial(give, entity=bob, until=until))
        told = to_clients.ask_one(graph, "reliability", bob, client="bank", purpose=PURPOSE, now=now)
        assert (told.what, told.set_aside) == (what, one)
    made = report.make(graph, bob, "reliability", audience="a bank", purpose=PURPOSE, issuer="x", now=now)
    assert made.set_aside == one
    said = "1 fact is in dispute and counts for nothing here: its member disputes 1."
    assert said in report.render(made, "x")

    ring = Keyring(tmp_path)
    ring.create(now)
    (tmp_path / "report.jws").write_text(report.sign(made, ring.signing()), encoding="ascii")
    (tmp_path / "keys.json").write_text(json.dumps(ring.public()), encoding="utf-8")
    check = ["verify-report", str(tmp_path / "report.jws"), "--key", str(tmp_path / "keys.json")]
    assert f"IN DISPUTE: {said}" in CliRunner().invoke(app, check).stdout
    checked = json.loads(CliRunner().invoke(app, [*check, "--json"]).stdout)
    assert checked["report"]["set_aside"] == {"member": 1, "other": 0}


def test_what_is_set_aside_is_said_in_words() -> None:
    assert in_words(NOTHING) == ""
    assert in_words(SetAside(7, 0)) == "7 facts are in dispute and count for nothing here: its member disputes 7."
    assert in_words(SetAside(1, 2), "you").endswith(": you dispute 1, others 2.")
    assert in_words(SetAside(0, 1)) == "1 fact is in dispute and counts for nothing here: others dispute 1."
    assert caption("sound", SetAside(6, 1)) == "sound, 7 facts in dispute"
    assert caption("sound", SetAside(0, 1), points=682) == "682 sound, 1 fact in dispute"
    assert (caption("sound", NOTHING), caption("new", NOTHING)) == ("sound", "new")
