"""Leaving: from the moment that it is done, nothing of the rating is there for anyone."""

from datetime import timedelta

import pytest

from graph.audit import log
from graph.disclosure.archive.content import gather
from graph.errors import NotFound
from graph.model import Changes
from graph.rating import published
from graph.rating.apply import remove
from graph.rating.rerate import passed_on
from graph.rights import grants, membership
from graph.store.client import Database
from graph.store.transaction import Transaction
from tests.storing import put
from tests.worlds.three_in_touch import (
    FACTS,
    NOW,
    SCHEME,
    decide,
    expect,
    join,
    leave,
    open_market,
    own,
    pause,
    run,
    without,
)

CLOSE = 0.05 / 600 + 4e-9


@pytest.fixture
def market(graph: Database) -> Database:
    open_market(graph)
    return graph


def _late(database: Database) -> None:
    """A debt of bob's that is very late, so that his and others' ratings have a past."""
    row = {"debtor": "bob", "creditor": "shop", "due": "2026-03-01T00:00:00Z", "settled": None, "outcome": None}
    more = dict.fromkeys(("kind", "amount", "currency"))
    outcome = put(database, "obligations", [row | more | {"id": f"late-{n}"} for n in range(9)])
    changes = Changes()
    changes.add("obligations", outcome["touched"])
    assert passed_on(database, changes)


@pytest.mark.slow
def test_a_rating_its_history_and_every_tie_are_gone_and_the_others_are_re_rated(market: Database) -> None:
    _late(market)
    assert market.statement("MATCH (:Membership {id: 'made-up|bob'})-[:WAS]->(p:Past) RETURN p")
    leave(market, "bob")
    with pytest.raises(NotFound):
        published.open_rating(market, "bob", SCHEME.id)
    assert market.statement("MATCH (m:Membership {id: 'made-up|bob'}) RETURN m") == []
    pasts = market.statement("MATCH (p:Past) WHERE NOT (p)<-[:WAS]-() RETURN p")
    assert pasts == [], "no earlier state hangs in the air"
    expect(market, without(FACTS, set(), [("ann", 0), ("cat", 2)]), within=CLOSE)
    assert not any(each.stale for each in published.lookup(market, ["ann", "cat"], SCHEME.id))
    assert market.statement("MATCH (s:Scheme) RETURN s.unsettled AS marks") == [{"marks": None}]


def test_a_fact_of_one_who_left_everything_is_newer_than_no_rating_and_nothing_says_it_were(
    market: Database,
) -> None:
    def changed() -> list[str]:
        rows = market.statement("MATCH (e:Entity) WHERE e.changed IS NOT NULL RETURN e.id AS id ORDER BY id")
        return [row["id"] for row in rows]

    _late(market)
    assert changed() == ["bob"]
    leave(market, "bob")
    assert changed() == []
    put(
        market,
        "contacts",
        [{"source": "ann", "target": "bob", "at": "2026-03-01T00:00:00Z", "channel": None, "id": "on"}],
    )
    assert changed() == ["ann"]


def test_leaving_again_or_without_having_joined_is_not_found(market: Database) -> None:
    leave(market, "bob")
    for entity in ("bob", "dan", "nobody"):
        with pytest.raises(NotFound, match="not a member"):
            leave(market, entity)


def test_grants_in_the_scheme_are_revoked_and_reads_stay_on_record(market: Database) -> None:
    purpose = SCHEME.purpose[0]

    def give(transaction: Transaction, entity: str) -> str:
        asked = {"scheme": SCHEME.id, "client": "bank", "purpose": purpose, "until": NOW + timedelta(days=9)}
        return grants.grant(transaction, entity, what="points", now=NOW, **asked).id  # type: ignore[arg-type]

    def read(transaction: Transaction) -> None:
        log.record(
            transaction, SCHEME.id, "bob", who="bank", role="client", purpose=purpose, what="points", now=NOW
        )

    bobs, anns = (market.write(lambda tx, who=who: give(tx, who)) for who in ("bob", "ann"))  # type: ignore[misc]
    market.statement(
        "MATCH (e:Entity {id: 'bob'}) CREATE (e)-[:GAVE]->(:Grant {id: 'elsewhere', scheme: 'other'})"
    )
    market.write(read)
    leave(market, "bob")
    revoked = {
        row["id"]: row["at"] for row in market.statement("MATCH (g:Grant) RETURN g.id AS id, g.revoked AS at")
    }
    assert revoked[bobs].to_native() == NOW
    assert revoked[anns] is None
    assert revoked["elsewhere"] is None, "a grant in another scheme"
    assert market.statement("MATCH (a:Access)-[:IN]->(:Ledger)-[:ABOUT]->(e) RETURN e.id AS id") == [{"id": "bob"}]
    join(market, "bob")
    assert (
        market.write(lambda tx: grants.live(tx, "bob", client="bank", scheme=SCHEME.id, purpose=purpose, now=NOW))
        is None
    )


def test_pauses_that_a_leaver_set_are_gone_and_those_of_others_hold_when_it_joins_again(market: Database) -> None:
    for other in ("cat", "nobody-yet"):
        pause(market, "bob", other)
    pause(market, "ann", "bob")
    leave(market, "bob")
    assert market.statement("MATCH (a:Absent) RETURN a.id") == []
    assert [each.contact for each in own(market, "ann").memberships[0].pauses] == ["bob"]
    join(market, "bob")
    assert own(market, "bob").memberships[0].pauses == ()
    members = [("ann", 0), ("cat", 2), ("bob", 3)]
    expect(market, without(FACTS, {("ann", "bob")}, members), within=CLOSE)


def test_somebody_whom_others_still_pause_does_not_go_with_one_who_leaves(market: Database) -> None:
    for entity in ("ann", "bob"):
        pause(market, entity, "nobody-yet")
    leave(market, "bob")
    assert market.statement("MATCH (a:Absent) RETURN a.id AS id") == [{"id": "nobody-yet"}]
    assert [each.contact for each in own(market, "ann").memberships[0].pauses] == ["nobody-yet"]


def test_a_file_from_before_brings_nobody_back_and_a_new_agreement_does(market: Database) -> None:
    def loaded(at: str) -> tuple[int, list[str]]:
        row = {"entity": "bob", "scheme": SCHEME.id, "at": at, "notice": "1"}
        outcome = put(market, "memberships", [row])
        return outcome["stored"], [each["reason"] for each in outcome["rejects"]]

    [before] = own(market, "bob").memberships
    leave(market, "bob")
    [left] = market.statement("MATCH (:Entity {id: 'bob'})-[gone:LEFT]->(:Scheme) RETURN gone.at AS at")
    day = left["at"].to_native().date()
    told = f"the entity left on {day}, and agreed to this before: joining anew takes a new agreement"
    assert loaded(before.at.isoformat()) == (0, [told])
    assert loaded(left["at"].to_native().isoformat()) == (0, [told])
    assert own(market, "bob").memberships == ()
    assert gather(market, "bob", now=NOW).tables["left"] == [{"scheme": SCHEME.id, "at": left["at"].to_native()}]
    assert loaded((left["at"].to_native() + timedelta(seconds=1)).isoformat()) == (1, [])
    assert market.statement("MATCH ()-[gone:LEFT]->() RETURN gone") == []
    assert loaded(before.at.isoformat()) == (0, ["the entity joined at another time"])


def test_who_left_and_agrees_anew_is_a_member_at_once(market: Database) -> None:
    leave(market, "bob")
    join(market, "bob")
    assert [each.scheme for each in own(market, "bob").memberships] == [SCHEME.id]


def test_a_membership_that_is_removed_by_its_id_leaves_in_the_same_way(market: Database) -> None:
    pause(market, "bob", "nobody-yet")
    market.statement(
        "MATCH (e:Entity {id: 'bob'}) CREATE (e)-[:GAVE]->(:Grant {id: 'g', scheme: $id})", id=SCHEME.id
    )
    removed, [rerated] = remove(market, "memberships", [f"{SCHEME.id}|bob", f"{SCHEME.id}|nobody", "bob"])
    assert (removed, rerated.touched) == ([f"{SCHEME.id}|bob"], 2)
    assert market.statement("MATCH (a:Absent) RETURN a") == []
    assert market.statement("MATCH (g:Grant) WHERE g.revoked IS NULL RETURN g") == []
    expect(market, without(FACTS, set(), [("ann", 0), ("cat", 2)]), within=CLOSE)


def test_a_fresh_run_after_leaving_gives_what_leaving_gave(market: Database) -> None:
    leave(market, "cat")
    expect(market, without(FACTS, set(), FACTS.members[:2]), within=CLOSE)
    run(market)
    expect(market, without(FACTS, set(), FACTS.members[:2]), within=1e-8)


def test_sharing_is_off_until_it_is_asked_for_and_goes_with_the_membership(market: Database) -> None:
    def share(entity: str, *, shares: bool) -> None:
        decide(market, lambda tx: membership.share(tx, entity, SCHEME.id, shares=shares))

    before = published.open_rating(market, "ann", SCHEME.id)
    assert [own(market, each).memberships[0].shares for each in ("ann", "bob")] == [False, False]
    share("bob", shares=True)
    run(market)
    assert [own(market, each).memberships[0].shares for each in ("ann", "bob")] == [False, True]
    assert published.open_rating(market, "ann", SCHEME.id).points == before.points
    share("bob", shares=False)
    assert not own(market, "bob").memberships[0].shares
    share("bob", shares=True)
    leave(market, "bob")
    assert not join(market, "bob").shares
    with pytest.raises(NotFound):
        share("dan", shares=True)
