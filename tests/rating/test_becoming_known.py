"""How a member becomes known, or new again: by facts and disputes, and neither by leaving nor by coming back."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from graph import disclosure
from graph.disclosure.band_counts import counts
from graph.facts.load import load
from graph.model import Changes, SetAside
from graph.rating import published
from graph.rating.rerate import passed_on, rerate
from graph.rating.run import rate
from graph.rights import disputes, erasure, grants, membership
from graph.store.client import Database
from tests.conftest import WIPE
from tests.disclosure.test_new_members import FACTS, MEMBERSHIP, NEW, NOW, POLICY, fresh, told
from tests.facts.looking import written
from tests.kept import kept
from tests.worlds.chosen_conduct import AS_OF, rated


@pytest.fixture
def community(database: Database) -> Database:
    """Members of whom some are new, and nothing else."""
    database.statement(WIPE)

    def make() -> None:
        rated(database, FACTS, POLICY)

    return kept(database, make)


def test_the_counts_have_a_cell_of_new_members_and_small_ones_are_put_together(community: Database) -> None:
    [run] = community.run("runs", scheme=POLICY.id)
    bands = [each.band.name for each in fresh().values()]
    assert run["bands"] == [bands.count(each.name) for each in POLICY.all_bands]
    assert run["bands"][0] == len(NEW)
    found = counts(community, POLICY.id)
    assert found
    assert found.cells == (), "six members are too few for anything"


def test_facts_that_come_in_make_known_at_once_as_a_fresh_run_would(community: Database, tmp_path: Path) -> None:
    [before] = community.statement(MEMBERSHIP, id=f"{POLICY.id}|three")
    assert before["band"] == "new"
    written(
        tmp_path,
        "obligations.csv",
        "debtor,creditor,due,settled",
        "three,shop,2026-06-20T00:00:00Z,2026-06-20T00:00:00Z",
    )
    changes = Changes()
    load(community, [tmp_path])
    changes.add("obligations", ["three"])
    [done] = rerate(community, changes)
    assert not done.stale
    [after] = community.statement(MEMBERSHIP, id=f"{POLICY.id}|three")
    assert (after["band"], "BandNew" in after["l"]) == ("good", False)
    states = disclosure.history(community, "three", POLICY.id).states
    assert [each.band for each in states] == ["new", "good"]
    rate(community, POLICY.id, as_of=AS_OF)
    assert community.statement(MEMBERSHIP, id=f"{POLICY.id}|three") == [after]
    assert told(community, "three").whole_points == disclosure.shown(community, "three", POLICY.id).whole_points


def test_disputes_that_leave_too_little_are_told_beside_the_band(community: Database) -> None:
    """Whoever disputes its bad deals is new then, and everyone reads how many facts it took away."""
    assert disclosure.shown(community, "bad", POLICY.id).band == "poor"
    for number in range(3):
        own: dict[str, Any] = {"kind": "obligations", "fact": f"bad-{number}", "statement": "No.", "now": NOW}
        _, changes = community.write(partial(disputes.dispute, entity="bad", **own))
        assert passed_on(community, changes)
    for what in grants.WHATS:
        found = told(community, "bad", what)
        assert (found.band, found.caption) == ("new", "new, 3 facts in dispute")
        assert (found.set_aside, found.whole_points) == (SetAside(member=3), None)
    [row] = community.statement(MEMBERSHIP, id=f"{POLICY.id}|bad")
    assert row["caption"].endswith(" new, 3 facts in dispute")


def test_leaving_and_joining_again_does_not_make_new(community: Database) -> None:
    """The facts stay, and so does what is known: docs/decisions/0039."""
    before = published.open_rating(community, "bad", POLICY.id)
    changes = community.write(lambda tx: membership.leave(tx, "bad", POLICY.id, now=NOW))
    assert passed_on(community, changes)
    joined: dict[str, Any] = {"notice": POLICY.notice.version, "how": "member", "now": NOW}
    _, changes = community.write(lambda tx: membership.join(tx, "bad", POLICY.id, **joined))
    assert passed_on(community, changes)
    after = published.open_rating(community, "bad", POLICY.id)
    assert (after.band, after.whole_points) == (before.band, before.whole_points) == ("poor", before.whole_points)


def test_who_was_erased_and_comes_back_is_new(community: Database, tmp_path: Path) -> None:
    done = community.write(lambda tx: erasure.erase(tx, "bad", now=NOW))
    assert passed_on(community, done.changes)
    written(tmp_path, "entities.csv", "id,kind", "bad,person")
    written(tmp_path, "memberships.csv", "entity,scheme,at,notice", f"bad,{POLICY.id},2026-06-30T00:00:00Z,1")
    load(community, [tmp_path])
    rate(community, POLICY.id, as_of=AS_OF)
    assert disclosure.shown(community, "bad", POLICY.id).band == "new"
