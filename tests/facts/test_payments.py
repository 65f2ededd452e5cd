"""What payments make of an obligation, without a graph: exact sums, in whatever order they come."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.facts.payments import Owed, Payment, fitting, money, paid_in_full, sort_out

DAY = datetime(2026, 1, 1, 12, tzinfo=UTC)


def payment(day: int, amount: str, id_: str = "") -> Payment:
    return Payment(id_ or f"{day} {amount}", DAY + timedelta(days=day), Fraction(amount))


def owed(amount: str | None = "100", *, paid: str = "0", **more: Any) -> Owed:
    before = (payment(-9, paid),) if paid != "0" else ()
    made: dict[str, Any] = {"known": True, "removed": False, "says_itself": False, "currency": "EUR"}
    made |= {"payments": before} | more
    return Owed(id="o", amount=None if amount is None else Fraction(amount), **made)


def row(day: int, amount: float, id_: str = "", **more: Any) -> dict[str, Any]:
    at = (DAY + timedelta(days=day)).isoformat()
    made = {"line": day, "id": id_ or f"{day} {amount}", "obligation": "o", "at": at}
    return {**made, "amount": amount, "currency": None, **more}


@pytest.mark.parametrize(
    ("amount", "payments", "day", "parts"),
    [
        ("100", [], None, None),
        ("100", [(1, "99.99")], None, None),
        ("100", [(1, "100")], 1, 1),
        ("100", [(1, "40"), (3, "25"), (2, "35")], 3, 3),
        ("0.3", [(1, "0.1"), (2, "0.2")], 2, 2),
        ("0.00000001", [(1, "0.000000004"), (2, "0.000000006")], 2, 2),
        ("900000000000000", [(1, "899999999999999"), (2, "1")], 2, 2),
        # taken back, and paid again
        ("100", [(1, "100"), (2, "-100")], None, None),
        ("100", [(1, "100"), (2, "-0.01")], None, None),
        ("100", [(1, "100"), (2, "-100"), (9, "100")], 9, 2),
        # paid twice by mistake, and one of the two refunded: it was never open again
        ("100", [(1, "100"), (2, "100"), (3, "-100")], 1, 1),
        # paid more than is owed, and most of it fetched back
        ("100", [(1, "200"), (2, "-150")], None, None),
        # a booking and its reversal at one instant are nothing, whichever is listed first
        ("100", [(1, "100"), (1, "-100"), (4, "100")], 4, 2),
        ("100", [(1, "-100"), (1, "100"), (4, "100")], 4, 2),
    ],
)
def test_an_obligation_is_settled_when_it_was_paid_in_full_and_stayed_so(
    amount: str, payments: list[tuple[int, str]], day: int | None, parts: int | None
) -> None:
    found = paid_in_full(Fraction(amount), [payment(*each) for each in payments])
    assert found == (None if day is None else (DAY + timedelta(days=day), parts))


@pytest.mark.parametrize(
    ("paid", "offered", "taken"),
    [
        ("0", [(1, "60"), (2, "60")], {"1 60"}),
        ("60", [(1, "60")], set()),
        ("60", [(1, "40")], {"1 40"}),
        ("0", [(1, "-1")], set()),
        ("60", [(1, "-60")], {"1 -60"}),
        ("60", [(1, "-61")], set()),
        # together they fit
        ("0", [(1, "120"), (2, "-20")], {"1 120", "2 -20"}),
        ("0", [(2, "-20"), (1, "120")], {"1 120", "2 -20"}),
        ("0", [(1, "100"), (2, "100"), (3, "-100")], {"1 100", "2 100", "3 -100"}),
        # one of three is too many, and the refund was of another
        ("0", [(1, "100"), (2, "100"), (3, "100"), (4, "-100")], {"1 100", "2 100", "4 -100"}),
        ("100", [(1, "100")], set()),
        ("0", [(1, "130"), (2, "-20")], set()),
        ("0", [(1, "-30"), (2, "150"), (9, "-200")], set()),
    ],
)
def test_what_pays_too_much_or_takes_back_too_much_is_left_out(
    paid: str, offered: list[tuple[int, str]], taken: set[str]
) -> None:
    assert fitting(Fraction(100), Fraction(paid), [payment(*each) for each in offered]) == taken


@pytest.mark.parametrize(
    ("of", "amount", "column", "reason"),
    [
        (owed(known=False, amount=None, currency=None), 5.0, "obligation", "no such obligation"),
        (owed(known=False, amount=None, removed=True), 5.0, "obligation", "a dispute removed this obligation"),
        (owed(None), 5.0, "obligation", "has no amount"),
        (owed(says_itself=True), 5.0, "obligation", "says itself when it was settled"),
        (owed(currency="CNY"), 5.0, "currency", "which is CNY"),
        (owed(paid="98"), 5.0, "amount", "98 of 100 EUR are paid"),
        (owed(paid="2"), -5.0, "amount", "takes back more than was paid: 2 of 100 EUR"),
    ],
)
def test_a_payment_that_is_none_of_this_obligation_is_refused_for_a_reason(
    of: Owed, amount: float, column: str, reason: str
) -> None:
    found = sort_out([row(1, amount, currency="EUR")], {"o": of}, {})
    assert (found.new, found.known, len(found.rejects)) == ([], [], 1)
    assert found.rejects[0]["column"] == column
    assert reason in found.rejects[0]["reason"]


AMOUNTS = st.integers(-40, 60).filter(bool).map(lambda cents: str(Decimal(cents) / 100))
PAYMENTS = st.lists(st.tuples(st.integers(0, 6), AMOUNTS), max_size=7).map(
    lambda found: [payment(day, amount, f"p{number}") for number, (day, amount) in enumerate(found)]
)


def reckoned(amount: Decimal, payments: list[Payment]) -> tuple[datetime, int] | None:
    """A ledger in cents, gone through from its end: how long back has enough been paid?"""
    owed_cents = int(amount * 100)
    days = sorted({each.at for each in payments})
    balance = {day: sum(int(each.amount * 100) for each in payments if each.at <= day) for day in days}
    since = None
    for day in reversed(days):
        if balance[day] < owed_cents:
            break
        since = day
    return None if since is None else (since, len([x for x in payments if x.amount > 0 and x.at <= since]))


@given(st.integers(1, 100), PAYMENTS, st.randoms(use_true_random=False))
def test_the_order_of_payments_changes_nothing_and_a_plain_reckoning_says_the_same(
    cents: int, payments: list[Payment], chance: Any
) -> None:
    amount = Decimal(cents) / 100
    expected = reckoned(amount, payments)
    assert paid_in_full(Fraction(amount), payments) == expected
    chance.shuffle(payments)
    assert paid_in_full(Fraction(amount), payments) == expected


@given(st.integers(1, 100), st.integers(0, 100), PAYMENTS, st.randoms(use_true_random=False))
def test_whatever_is_offered_the_sum_stays_from_nothing_to_what_is_owed(
    cents: int, paid_cents: int, payments: list[Payment], chance: Any
) -> None:
    amount, paid = Fraction(cents, 100), Fraction(min(cents, paid_cents), 100)
    taken = fitting(amount, paid, payments)
    total = paid + sum(each.amount for each in payments if each.id in taken)
    assert 0 <= total <= amount
    if 0 <= paid + sum(each.amount for each in payments) <= amount:
        assert len(taken) == len(payments), "together they fit"
    chance.shuffle(payments)
    assert fitting(amount, paid, payments) == taken


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=0, max_value=10**10))
def test_what_was_written_is_what_is_summed(written: Decimal) -> None:
    assert money(float(written)) == Fraction(written)
