"""Facts in words: each kind by its declaration, and no kind without the words that pages and reasons need."""

from datetime import UTC, datetime
from typing import Any

import pytest

from graph.facts.kinds import FACTORS, FACTS, STORED, WORDS
from graph.facts.wording import GONE, ends, in_words, to_member

DAY, LATER = datetime(2026, 5, 1, 12, tzinfo=UTC), datetime(2026, 6, 20, tzinfo=UTC)
NAMES = {"bank": "The bank"}
BETWEEN: dict[str, Any] = {"source": "ann", "target": "bank", "category": None}
OWED = {**BETWEEN, "at": None, "due": DAY, "settled": None, "outcome": None, "amount": None}
TOLD: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "obligations",
        OWED,
        "debt of ann to bank: due 2026-05-01, open",
        "debt to The bank (bank): due 2026-05-01, open",
    ),
    (
        "obligations",
        OWED | {"amount": 10.0, "currency": "CNY", "settled": LATER},
        "debt of ann to bank: 10 CNY, due 2026-05-01, settled 2026-06-20",
        "debt to The bank (bank): 10 CNY, due 2026-05-01, settled 2026-06-20",
    ),
    (
        "obligations",
        # half past five in the afternoon of 19 June there, and a day on which it is 1 May in both
        OWED | {"settled": datetime(2026, 6, 20, 0, 30, tzinfo=UTC), "zone": "America/Los_Angeles"},
        "debt of ann to bank: due 2026-05-01, settled 2026-06-19, Los Angeles time",
        "debt to The bank (bank): due 2026-05-01, settled 2026-06-19, Los Angeles time",
    ),
    (
        "obligations",
        OWED | {"settled": datetime(2026, 6, 20, 17, 30, tzinfo=UTC), "zone": "Europe/Berlin"},
        "debt of ann to bank: due 2026-05-01, settled 2026-06-20",
        "debt to The bank (bank): due 2026-05-01, settled 2026-06-20",
    ),
    (
        "obligations",
        OWED | {"amount": 10.0, "currency": "CNY", "settled": LATER, "parts": 3},
        "debt of ann to bank: 10 CNY, due 2026-05-01, settled 2026-06-20 in 3 payments",
        "debt to The bank (bank): 10 CNY, due 2026-05-01, settled 2026-06-20 in 3 payments",
    ),
    (
        "obligations",
        OWED | {"settled": LATER, "outcome": 0.25},
        "debt of ann to bank: due 2026-05-01, ended with 0.25 of 1",
        "debt to The bank (bank): due 2026-05-01, ended with 0.25 of 1",
    ),
    (
        "purchases",
        {"source": "ann", "target": "p1", "at": DAY, "category": "books", "amount": 9.5, "currency": "CNY"},
        "purchase of p1 (books) by ann on 2026-05-01, 9.5 CNY",
        "purchase of p1 (books) on 2026-05-01, 9.5 CNY",
    ),
    (
        "visits",
        # a site that has the id of an organisation does not go by its name
        {"source": "ann", "target": "bank", "at": DAY, "category": "news"},
        "visit of ann to bank (news) on 2026-05-01",
        "visit to bank (news) on 2026-05-01",
    ),
    (
        "contacts",
        BETWEEN | {"at": DAY, "channel": "call"},
        "contact of ann with bank by call on 2026-05-01",
        "contact with The bank (bank) by call on 2026-05-01: you began it",
    ),
    (
        "contacts",
        BETWEEN | {"source": "bank", "target": "ann", "at": DAY},
        "contact of bank with ann on 2026-05-01",
        "contact with The bank (bank) on 2026-05-01: the other side began it",
    ),
]


@pytest.mark.parametrize(("kind", "says", "to_all", "to_ann"), TOLD)
def test_a_fact_is_told_with_all_that_it_says(kind: str, says: dict[str, Any], to_all: str, to_ann: str) -> None:
    assert in_words(kind, says) == to_all
    assert to_member(kind, says, NAMES, "ann") == to_ann


def test_each_kind_is_told() -> None:
    assert {kind for kind, *_ in TOLD} == set(FACTS) == set(WORDS)


def test_a_product_or_a_site_is_no_entity_that_a_fact_speaks_of() -> None:
    assert {kind: ends(kind, says) for kind, says, *_ in TOLD} == {
        "obligations": {"ann", "bank"},
        "purchases": {"ann"},
        "visits": {"ann"},
        "contacts": {"ann", "bank"},
    }


@pytest.mark.parametrize("kind", FACTS)
def test_of_a_fact_that_is_gone_nothing_is_told(kind: str) -> None:
    assert in_words(kind, None) == GONE
    assert ends(kind, None) == set()


@pytest.mark.parametrize("kind", FACTORS)
def test_what_a_factor_rates_has_the_words_for_its_page_and_its_reasons(kind: str) -> None:
    assert WORDS[kind].did
    assert STORED[kind].of_two or (WORDS[kind].things and WORDS[kind].no_need)
