"""What payments make of an obligation: which of them fit it, and when it is paid in full.

Sums of money are made here, of exact fractions. Cypher has floats, in which 0.1 and 0.2 do not make 0.3, and whole
numbers, which would need a table of how many decimals each currency has. An amount has 15 digits: as many are the
same after it was a float. docs/decisions/0045-payments.md says why each rule is as it is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from math import lcm
from operator import attrgetter
from typing import Any, NamedTuple

from graph.facts.formats import DIGITS
from graph.model import Row
from graph.policy.numbers import number
from graph.store.client import utc


class Payment(NamedTuple):
    """A part that was paid; below 0, what a refund took back."""

    id: str
    at: datetime
    amount: Fraction


_AT, _AT_AND_ID = attrgetter("at"), attrgetter("at", "id")


@dataclass(frozen=True)
class Owed:
    """An obligation as payments find it, as cypher/facts/hold_owed.cypher has it."""

    id: str
    known: bool
    removed: bool
    "a dispute removed it"
    amount: Fraction | None
    currency: str | None
    says_itself: bool
    "a row of its own says when it was settled, and that holds"
    payments: tuple[Payment, ...]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Owed":
        amount = row["amount"]
        return cls(
            id=row["id"],
            known=row["known"],
            removed=row["removed"],
            amount=None if amount is None else money(amount),
            currency=row["currency"],
            says_itself=row["settled"] is not None and row["parts"] is None,
            payments=tuple(Payment(x["id"], utc(x["at"]), money(x["amount"])) for x in row["payments"]),
        )


@dataclass
class Sorted:
    """What becomes of rows: `new` are to be stored; the ids in `known` are of rows that say nothing new."""

    new: list[Row] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, row: Row, column: str, reason: str) -> None:
        value = row[column]
        said = None if value is None else str(value)
        self.rejects.append({"line": row["line"], "column": column, "value": said, "reason": reason})


@lru_cache(maxsize=10_000)
def money(amount: float) -> Fraction:
    """The decimal number that a stored amount was written as, exactly."""
    return Fraction(f"{amount:.{DIGITS}g}")


def in_units(*amounts: Fraction) -> list[int]:
    """The amounts in the largest unit of which each is a whole number: sums of those are quick, and exact."""
    unit = lcm(*(each.denominator for each in amounts))
    return [each.numerator * (unit // each.denominator) for each in amounts]


def paid_in_full(amount: Fraction, payments: Iterable[Payment]) -> tuple[datetime, int] | None:
    """When the obligation was paid in full and stayed so, and by how many payments; None: it is open.

    That is the instant of the payment with which the sum reaches the amount and is not below it any more. Those of
    one instant count together, in whatever order they are given.
    """
    made = sorted(payments, key=_AT)
    owed, *parts = in_units(amount, *(each.amount for each in made))
    paid, since = 0, None
    for at, of_one_instant in groupby(zip(made, parts, strict=True), key=lambda each: each[0].at):
        paid += sum(part for _, part in of_one_instant)
        since = (since or at) if paid >= owed else None
    if since is None:
        return None
    return since, sum(part > 0 and each.at <= since for each, part in zip(made, parts, strict=True))


def fitting(amount: Fraction, paid: Fraction, offered: Iterable[Payment]) -> set[str]:
    """The ids of those that can be taken where so much is paid, so that the sum stays from 0 to the amount.

    All, if they fit together. Else payments that come to more than is owed are left out, the latest first, and so
    are refunds that take back more than was paid. The order in which they are offered does not matter.
    """
    made = sorted(offered, key=_AT_AND_ID)
    owed, total, *units = in_units(amount, paid, *(each.amount for each in made))
    if total >= 0 and total + sum(units) <= owed and min(units, default=0) >= 0:
        return {each.id for each in made}
    parts = list(zip((each.id for each in made), units, strict=True))
    taken = {id_ for id_, part in parts if part < 0}
    total += sum(part for _, part in parts if part < 0)
    for id_, part in parts:
        if part > 0 and total + part <= owed:
            taken.add(id_)
            total += part
    for id_, part in reversed(parts):
        if total < 0 and part < 0:
            taken.remove(id_)
            total -= part
    for id_, part in reversed(parts):
        if total > owed and id_ in taken and part > 0:
            taken.remove(id_)
            total -= part
    return taken if 0 <= total <= owed else set()


def sort_out(
    rows: Sequence[Row],
    owed: Mapping[str, Owed],
    known: Mapping[str, Mapping[str, Any]],
    *,
    whatever_it_says: bool = False,
) -> Sorted:
    """Which rows are to be stored, which are known, and which are refused, with the reason.

    rows:   {line, id, obligation, at, amount, currency}, of the obligations in `owed`.
    known:  by id, what is stored of payments: {obligation, at, amount, currency}.
    whatever_it_says: payments are taken also where the obligation says itself when it was settled: they were there
                      before it did.
    """
    found, offered = Sorted(), dict[str, list[Row]]()
    for row in rows:
        if row["id"] in known:
            _meet(row, known[row["id"]], found)
        elif why := _why_not(row, owed[row["obligation"]], whatever_it_says=whatever_it_says):
            found.refuse(row, *why)
        else:
            offered.setdefault(row["obligation"], []).append(row)
    for id_, those in offered.items():
        amount = owed[id_].amount
        if amount is not None:  # else they are refused already
            _take(owed[id_], amount, those, found)
    return found


def _meet(row: Row, known: Mapping[str, Any], found: Sorted) -> None:
    """A row whose id is known says the same, or is refused."""
    said = {**known, "at": utc(known["at"]), "amount": money(known["amount"])}
    says = {**row, "at": _instant(row), "amount": money(row["amount"])}
    names = ("obligation", "at", "amount", "currency")
    other = next((name for name in names if says[name] is not None and says[name] != said[name]), None)
    if other is None:
        found.known.append(row["id"])
    else:
        found.refuse(row, other, f"the id is known with another {other}")


def _why_not(row: Row, owed: Owed, *, whatever_it_says: bool) -> tuple[str, str] | None:
    """The column to look at, and why such a payment is not taken, however much it pays."""
    if owed.removed:
        return "obligation", "a dispute removed this obligation"
    if not owed.known:
        return "obligation", "there is no such obligation: load it before what was paid of it"
    if owed.amount is None:
        return "obligation", "the obligation has no amount, so nobody can say when it is paid in full"
    if row["currency"] not in (None, owed.currency):
        return "currency", f"another currency than that of the obligation, which is {owed.currency}"
    if owed.says_itself and not whatever_it_says:
        return "obligation", "the obligation says itself when it was settled, and that holds"
    return None


def _take(owed: Owed, amount: Fraction, rows: Collection[Row], found: Sorted) -> None:
    """The rows that fit the obligation are new, the others are refused."""
    paid = sum((each.amount for each in owed.payments), Fraction(0)) if owed.payments else Fraction(0)
    taken = fitting(amount, paid, map(payment_of, rows))
    found.new += [row for row in rows if row["id"] in taken]
    if len(taken) == len(rows):
        return
    paid += sum((money(row["amount"]) for row in rows if row["id"] in taken), Fraction(0))
    told = f"{number(float(paid))} of {number(float(amount))} {owed.currency} are paid"
    for row in rows:
        if row["id"] not in taken and row["amount"] > 0:
            found.refuse(row, "amount", f"pays more than is owed: {told}. Load it again if a refund comes first")
        elif row["id"] not in taken:
            found.refuse(row, "amount", f"takes back more than was paid: {told}")


def payment_of(row: Row) -> Payment:
    return Payment(row["id"], _instant(row), money(row["amount"]))


def _instant(row: Row) -> datetime:
    return datetime.fromisoformat(row["at"])
