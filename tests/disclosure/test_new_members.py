"""Of a new member clients are told the band, and no points: by no grant, no report and no other way."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from msgspec import structs

from graph import disclosure
from graph.disclosure import report, to_clients
from graph.explain.what_if import UnderPolicy, what_if
from graph.policy.scheme import Scheme, parse, read
from graph.rating import reference
from graph.rights import grants
from graph.store.client import Database
from tests.conftest import WIPE
from tests.worlds.chosen_conduct import AS_OF, contact, facts_of, rated

POLICY = read("reliability")
PURPOSE = POLICY.purpose[0]
NOW = AS_OF - timedelta(hours=9)
# Two years of half-lives have passed over none of them: each weighs about 0.84.
FACTS = facts_of(
    {"none": [], "one": [1.0], "three": [1.0] * 3, "four": [1.0] * 4, "bad": [0.0] * 4, "many": [0.9] * 9},
    [*contact("one", "many", (1, 2)), *contact("none", "many", (3,)), *contact("four", "many", (4,))],
)
NEW = ("none", "one", "three")
KNOWN = ("four", "bad", "many")
MEMBERSHIP = (
    "MATCH (m:Membership {id: $id}) RETURN m.band AS band, m.caption AS caption, m.shown AS shown, labels(m) AS l"
)


@pytest.fixture(scope="module")
def everyone(database: Database) -> Database:
    database.statement(WIPE)
    rated(database, FACTS, POLICY)
    return database


def told(database: Database, entity: str, what: grants.What = "reasons") -> to_clients.Told:
    """What a client with such a grant is told."""
    now = datetime.now(UTC)
    given: dict[str, Any] = {"scheme": POLICY.id, "client": "bank", "purpose": PURPOSE, "now": now}
    database.write(partial(grants.grant, entity=entity, what=what, until=now + timedelta(days=1), **given))
    return to_clients.ask_one(database, POLICY.id, entity, client="bank", purpose=PURPOSE, now=now)


def fresh(policy: Scheme = POLICY) -> dict[str, reference.Rating]:
    return reference.rate(FACTS, policy, AS_OF).members


def test_a_run_puts_members_in_the_band_that_the_law_says(everyone: Database) -> None:
    for entity, expected in fresh().items():
        [row] = everyone.statement(MEMBERSHIP, id=f"{POLICY.id}|{entity}")
        assert row["band"] == expected.band.name
        assert (row["band"] == "new") == (entity in NEW)
        assert expected.band.label in row["l"]
        for caption in (row["caption"], row["shown"]):
            assert re.fullmatch(rf"\d{{3}} {expected.band.name}", caption), (
                "the member's own; no client reads these"
            )


@pytest.mark.parametrize("entity", NEW)
@pytest.mark.parametrize("what", grants.WHATS)
def test_no_grant_opens_the_points_of_a_new_member(everyone: Database, entity: str, what: grants.What) -> None:
    found = told(everyone, entity, what)
    assert (found.what, found.band, found.caption) == (what, "new", "new")
    assert (found.whole_points, found.within_points, found.parts, found.reasons) == (None, None, None, None)
    points = disclosure.shown(everyone, entity, POLICY.id).whole_points
    assert not re.search(rf"\b{points}\b", repr(structs.replace(found, run=None, hash=None)))


@pytest.mark.parametrize("entity", KNOWN)
def test_of_the_others_as_much_is_told_as_is_granted(everyone: Database, entity: str) -> None:
    shown = disclosure.shown(everyone, entity, POLICY.id)
    assert told(everyone, entity, "band").caption == shown.band
    assert told(everyone, entity, "points").caption == f"{shown.whole_points} {shown.band}"
    assert told(everyone, entity).reasons


@pytest.mark.parametrize("entity", NEW)
def test_the_member_sees_its_points_and_that_too_little_is_known(everyone: Database, entity: str) -> None:
    shown = disclosure.shown(everyone, entity, POLICY.id)
    assert (shown.band, sum(part.whole for part in shown.parts)) == ("new", shown.whole_points)
    assert disclosure.history(everyone, entity, POLICY.id).after.band == "new"


def test_a_report_on_a_new_member_has_the_band_and_no_figure_of_the_rating(everyone: Database) -> None:
    given: dict[str, Any] = {"audience": "a bank", "purpose": PURPOSE, "issuer": "x", "now": NOW}
    for entity in NEW:
        made = report.make(everyone, entity, POLICY.id, **given)
        assert made.rating
        assert (made.rating.band, made.rating.caption) == ("new", "new")
        assert (made.rating.points, made.rating.base, made.rating.conduct) == (None, None, None)
        assert {each.points for each in made.factors} == {each.rate for each in made.factors} == {None}
        assert (made.circle.points, made.circle.contacts) == (None, None)
        page = report.render(made, "x").split('<div class="screen">')[0]
        assert "new</span>: too little is known for points" in page
        shown = disclosure.shown(everyone, entity, POLICY.id)
        for text in (page, repr(replace(made, policy=""))):
            assert not re.search(rf"\b{shown.whole_points}\b", text)
            # without facts conduct is what the policy assumes, and that is no secret
            assert entity == "none" or f"{shown.conduct:.3g}" not in text
    known = report.make(everyone, "four", POLICY.id, **given)
    assert known.rating
    assert known.rating.caption == f"{known.rating.points} {known.rating.band}"


def test_another_policy_is_asked_with_its_own_threshold(everyone: Database) -> None:
    def under(text: str) -> UnderPolicy:
        return UnderPolicy(parse(text, "another"), "another")

    plain = POLICY.text.replace("known_from = 3.0\n", "")
    low, high = (POLICY.text.replace("known_from = 3.0", f"known_from = {each}") for each in (0.5, 9.0))
    for text, one, four in ((plain, "fair", "sound"), (low, "fair", "sound"), (high, "new", "new")):
        for ask in (what_if, disclosure.what_if):
            for entity, band in (("one", one), ("four", four)):
                found: Any = ask(everyone, entity, POLICY.id, under(text))
                expected = fresh(parse(text, "another"))[entity].band.name
                assert (found.after.band == "new") == (band == "new") == (expected == "new")
                assert found.before.band == disclosure.shown(everyone, entity, POLICY.id).band
