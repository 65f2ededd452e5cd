"""What is shown of several ratings by one query is what is shown of each of them opened."""

from typing import Any

import pytest

from graph import disclosure
from graph.errors import StoreConflict
from graph.policy.scheme import read, whole
from graph.rating.seen import seen
from graph.store.client import Database
from tests.conftest import WIPE
from tests.disclosure.test_shown import CONTACTS, OUTCOMES
from tests.worlds.chosen_conduct import facts_of, rated, share

POLICY = read("reliability")
TORN = [
    "m.score = m.score - 0.01",
    "m.points = m.points + 1",
    "m.band = 'other'",
    "m.run = 'another'",
    "m.conduct = m.conduct - 0.01",
    "m.shown_points = m.shown_points - 1",
    "m.seen = [each IN m.seen | each - 0.01]",
    "m.used = [each IN m.used | each - 0.01]",
    "m.set_aside = [1, 0, 0, 0]",
    "m.as_of = null, m.seal = null",
]
KEEP = "MATCH (m:Membership {id: 'reliability|a'}) RETURN properties(m) AS kept"


@pytest.fixture(scope="module")
def community(database: Database) -> Database:
    database.statement(WIPE)
    rated(database, facts_of(OUTCOMES, CONTACTS), POLICY)
    return database


def test_each_is_shown_as_it_is_opened_and_veiled(community: Database) -> None:
    share(community, POLICY, "c1")
    try:
        found = seen(community, [*OUTCOMES, "nobody"], "reliability")
        opened = {entity: disclosure.shown(community, entity, "reliability") for entity in OUTCOMES}
    finally:
        share(community, POLICY, "c1", shares=False)
    assert sorted(found) == sorted(opened)
    for entity, rating in found.items():
        shown = opened[entity]
        company = sum(part.contacts for part in shown.parts)
        assert (whole(rating.points), rating.band, rating.contacts) == (shown.whole_points, shown.band, company)
        for name in ("run", "as_of", "version", "hash", "stale", "contested", "set_aside"):
            assert getattr(rating, name) == getattr(shown, name), (entity, name)


@pytest.mark.parametrize("torn", TORN)
def test_a_rating_that_was_met_half_way_through_publication_is_not_told(community: Database, torn: str) -> None:
    kept: dict[str, Any] = community.statement(KEEP)[0]["kept"]
    community.statement(f"MATCH (m:Membership {{id: 'reliability|a'}}) SET {torn}")
    try:
        with pytest.raises(StoreConflict, match="ask again"):
            seen(community, ["a", "c1"], "reliability")
    finally:
        community.statement("MATCH (m:Membership {id: 'reliability|a'}) SET m = $kept", kept=kept)
    assert sorted(seen(community, ["a", "c1"], "reliability")) == ["a", "c1"]
