"""Beside a band stand only facts that the rating would have, if they were not in dispute."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from graph.facts.values import Contact, Facts, Obligation, Purchase, Visit
from graph.model import SetAside
from graph.rating import published
from graph.rating.rerate import passed_on
from graph.rating.run import rate
from graph.rights import disputes, membership
from graph.store.client import Database
from tests.conftest import WIPE
from tests.strategies import PRODUCTS, SITES, make_scheme
from tests.worlds.chosen_conduct import AS_OF, contact, obligation, rated

NOW = AS_OF - timedelta(hours=9)
DAY = timedelta(days=1)
NOTHING = SetAside()
POLICY = make_scheme(size=2)
MEMBERS = ("victim", "writer", "near", "nearer")
PLAIN = Facts(
    obligations=[obligation(who, 0.6) for who in MEMBERS],
    contacts=contact("victim", "near", (1, 2, 3)),
    products=PRODUCTS,
    sites=SITES,
    members=[(who, rid) for rid, who in enumerate(MEMBERS)],
)


def message(source: str, target: str, day: int, number: int = 0) -> Contact:
    return Contact(source, target, AS_OF - day * DAY - timedelta(hours=1 + number), f"{source}-{day}-{number}")


def community(graph: Database, **more: list[Any]) -> None:
    graph.statement(WIPE)
    changed: dict[str, Any] = {kind: [*getattr(PLAIN, kind), *rows] for kind, rows in more.items()}
    facts = replace(PLAIN, **changed)
    rated(graph, facts, POLICY)


def dispute(graph: Database, entity: str, kind: str, *facts: str) -> None:
    for fact in facts:
        about: dict[str, Any] = {"kind": kind, "fact": fact, "statement": "It is not so.", "now": NOW}
        _, changes = graph.write(lambda tx, about=about: disputes.dispute(tx, entity, **about))  # type: ignore[misc]
        assert passed_on(graph, changes)


def aside(graph: Database, entity: str) -> SetAside:
    """What re-rating says is set aside; a run at the same instant says the same."""
    found = published.open_rating(graph, entity, POLICY.id).set_aside
    rate(graph, POLICY.id, as_of=AS_OF)
    assert published.open_rating(graph, entity, POLICY.id).set_aside == found
    return found


def test_fifty_unanswered_messages_that_their_writer_disputes_stand_beside_nobody(graph: Database) -> None:
    sent = [message("writer", "victim", day) for day in range(1, 51)]
    community(graph, contacts=sent)
    dispute(graph, "writer", "contacts", *(each.id for each in sent[:8]))
    assert aside(graph, "victim") == aside(graph, "writer") == NOTHING


def test_an_answer_makes_them_count_by_the_day_and_not_by_the_message(graph: Database) -> None:
    same_day = [message("writer", "victim", 5, number) for number in range(6)]
    others = [message("writer", "victim", day) for day in (6, 7)]
    counted = message("writer", "victim", 7, 3)
    community(graph, contacts=[*same_day, *others, counted, message("victim", "writer", 9)])
    dispute(graph, "writer", "contacts", *(each.id for each in (*same_day, *others)))
    # day 5 once, day 6 once; day 7 has another message that counts
    assert aside(graph, "victim") == SetAside(other=2)
    assert aside(graph, "writer") == SetAside(member=2)


def test_where_both_dispute_messages_of_a_day_each_sees_its_own(graph: Database) -> None:
    both = [message("writer", "victim", 5), message("writer", "victim", 5, 1)]
    community(graph, contacts=[*both, message("victim", "writer", 9), message("writer", "victim", 9)])
    dispute(graph, "writer", "contacts", both[0].id)
    dispute(graph, "victim", "contacts", both[1].id)
    assert aside(graph, "victim") == aside(graph, "writer") == SetAside(member=1)


def test_a_tie_that_is_too_weak_for_the_circle_lacks_nothing(graph: Database) -> None:
    strong = [*contact("victim", "nearer", (1, 2, 3, 4)), *contact("victim", "near", (5, 6, 7))]
    weak = contact("writer", "victim", (30,))
    community(graph, contacts=[*strong, *weak])
    dispute(graph, "writer", "contacts", *(each.id for each in weak))
    assert aside(graph, "victim") == NOTHING, "two closer ones fill its circle"
    assert aside(graph, "writer") == SetAside(member=2), "who has no other tie lacks it"


@pytest.mark.parametrize("end", ["victim", "writer"])
def test_a_paused_tie_lacks_nothing(graph: Database, end: str) -> None:
    tie = contact("writer", "victim", (3,))
    community(graph, contacts=tie)
    dispute(graph, "writer", "contacts", *(each.id for each in tie))
    assert aside(graph, "victim") == SetAside(other=2)
    other = {"victim": "writer", "writer": "victim"}[end]
    changes = graph.write(lambda tx: membership.pause(tx, end, POLICY.id, other, now=NOW))
    assert passed_on(graph, changes)
    assert aside(graph, "victim") == aside(graph, "writer") == NOTHING
    changes = graph.write(lambda tx: membership.resume(tx, end, POLICY.id, other))
    assert passed_on(graph, changes)
    assert aside(graph, "victim") == SetAside(other=2)


def test_whoever_leaves_takes_along_what_its_ties_lacked(graph: Database) -> None:
    tie = contact("writer", "victim", (3,))
    community(graph, contacts=tie)
    dispute(graph, "writer", "contacts", *(each.id for each in tie))
    changes = graph.write(lambda tx: membership.leave(tx, "writer", POLICY.id, now=NOW))
    assert passed_on(graph, changes)
    assert aside(graph, "victim") == NOTHING


UNSEEN: dict[str, Callable[[], dict[str, list[Any]]]] = {
    "an obligation that is not due": lambda: {
        "obligations": [Obligation("victim", "shop", AS_OF + 9 * DAY, None, None, "x")]
    },
    "an obligation that is not late": lambda: {
        "obligations": [Obligation("victim", "shop", AS_OF - DAY / 2, None, None, "x")]
    },
    "a purchase of a kind without a value": lambda: {
        "purchases": [Purchase("victim", "widget", AS_OF - DAY, "x")]
    },
    "a visit to a kind without a value": lambda: {"visits": [Visit("victim", "somewhere", AS_OF - DAY, "x")]},
    "a purchase after the rating": lambda: {"purchases": [Purchase("victim", "bread", AS_OF + DAY, "x")]},
    "a contact after the rating": lambda: {
        "contacts": [Contact("victim", "near", AS_OF + DAY, "x"), Contact("near", "victim", AS_OF + DAY, "y")]
    },
    "a contact with somebody who has not joined": lambda: {
        "contacts": [
            Contact("victim", "stranger", AS_OF - DAY, "x"),
            Contact("stranger", "victim", AS_OF - DAY, "y"),
        ]
    },
}


@pytest.mark.parametrize("what", UNSEEN)
def test_what_would_not_count_is_not_counted(graph: Database, what: str) -> None:
    [(kind, rows)] = UNSEEN[what]().items()
    community(graph, **{kind: rows})
    dispute(graph, "victim", kind, "x")
    assert aside(graph, "victim") == NOTHING


def test_what_would_count_is_counted_for_each_kind(graph: Database) -> None:
    community(
        graph,
        obligations=[Obligation("victim", "shop", AS_OF - 9 * DAY, None, None, "o")],
        purchases=[Purchase("victim", "bread", AS_OF - DAY, "p")],
        visits=[Visit("victim", "gazette", AS_OF - DAY, "v")],
    )
    for kind, fact in (("obligations", "o"), ("purchases", "p"), ("visits", "v"), ("contacts", "victim-near-1")):
        dispute(graph, "victim", kind, fact)
    assert aside(graph, "victim") == SetAside(member=4)
    assert aside(graph, "near") == SetAside(other=1)


def test_a_factor_that_weighs_nothing_lacks_nothing(graph: Database) -> None:
    policy = make_scheme(id="weightless", weights={"obligations": 1.0, "visits": 0.0}, share=0.0)
    graph.statement(WIPE)
    seen = Visit("victim", "gazette", AS_OF - DAY, "v")
    rated(graph, replace(PLAIN, visits=[seen]), policy)
    for kind, fact in (("visits", "v"), ("contacts", "victim-near-1")):
        dispute(graph, "victim", kind, fact)
    assert published.open_rating(graph, "victim", policy.id).set_aside == NOTHING
