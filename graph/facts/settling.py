"""Payments -> graph: each is stored once beside its obligation, which is settled as its payments say."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from graph.facts.payments import Owed, Payment, paid_in_full, payment_of, sort_out
from graph.model import Row
from graph.store.client import utc
from graph.store.transaction import Transaction


def store(
    transaction: Transaction, rows: Sequence[Row], *, load: str | None, whatever_it_says: bool = False
) -> dict[str, Any]:
    """What became of payments, as the queries say it that load other kinds of rows.

    rows: {line, id, obligation, at, amount, currency}; of what was stored before, `load`, `also` and `before`.
    whatever_it_says: as in payments.sort_out.
    """
    owed = _held(transaction, {row["obligation"] for row in rows})
    # Most rows are new: what is asked of known ones costs much more than whether there are any.
    there = [row["id"] for row in transaction.run("known_ids", kind="payments", ids=[row["id"] for row in rows])]
    said = transaction.run("facts_by_id", kind="payments", ids=there) if there else []
    known = {row["id"]: row["says"] for row in said}
    found = sort_out(rows, owed, known, whatever_it_says=whatever_it_says)
    touched: list[str] = []
    if found.new:
        [stored] = transaction.run("load_payments", rows=found.new, load=load)
        if stored["stored"] < len(found.new):
            raise AssertionError("an obligation that is held has gone")
        new = by_obligation(found.new)
        touched = _settle(transaction, [(owed[id_], payments) for id_, payments in new.items()])
    repeated = 0
    if load is not None and found.known:
        [noted] = transaction.run("repeat_payments", ids=found.known, load=load)
        repeated = noted["repeated"]
    return {
        "stored": len(found.new),
        "completed": 0,
        "known": len(found.known),
        "repeated": repeated,
        "rejects": found.rejects,
        "touched": touched,
    }


def settle(transaction: Transaction, obligations: Collection[str]) -> list[str]:
    """These obligations are settled as their payments say now; returns the debtors whom that touches."""
    owed = _held(transaction, set(obligations)).values()
    return _settle(transaction, [(each, ()) for each in owed if each.known])


def take_back(
    transaction: Transaction, obligations: Collection[str], *, load: str, gone: Collection[str]
) -> list[Row]:
    """What became of what the load says was paid of these obligations, which are settled by what is left.

    gone: every load that was taken back, this one among them.
    """
    ids = list(_held(transaction, obligations))
    became = transaction.run("unload_payments", ids=ids, load=load, gone=list(gone), dry=False)
    settle(transaction, ids)
    return became


def payments_of(transaction: Transaction, obligation: str) -> list[Row]:
    """The payments of the obligation as rows, each with its loads; nobody changes them meanwhile."""
    transaction.run("hold_owed", ids=[obligation])
    return [
        row | {"line": 0, "at": utc(row["at"]).isoformat()}
        for row in transaction.run("payments_of", obligation=obligation)
    ]


def _held(transaction: Transaction, obligations: Collection[str]) -> dict[str, Owed]:
    """The obligations by id; nobody else changes them or their payments until the transaction ends."""
    return {row["id"]: Owed.of(row) for row in transaction.run("hold_owed", ids=sorted(obligations))}


def settlements(obligations: Iterable[tuple[Owed, Sequence[Payment]]]) -> list[dict[str, Any]]:
    """{id, settled, parts} of each obligation as its payments, with the new ones, say it; None: it is open.

    Those that say it themselves are left out, and so are those without an amount.
    """
    rows: list[dict[str, Any]] = []
    for owed, new in obligations:
        if owed.says_itself or owed.amount is None:
            continue
        found = paid_in_full(owed.amount, (*owed.payments, *new))
        settled, parts = found or (None, None)
        rows.append({"id": owed.id, "settled": settled and settled.isoformat(), "parts": parts})
    return rows


def by_obligation(rows: Iterable[Row]) -> dict[str, list[Payment]]:
    """The payments that rows say, by obligation."""
    found: dict[str, list[Payment]] = {}
    for row in rows:
        found.setdefault(row["obligation"], []).append(payment_of(row))
    return found


def _settle(transaction: Transaction, obligations: Iterable[tuple[Owed, Sequence[Payment]]]) -> list[str]:
    """They are settled as their payments say, with the new ones, or open; those that say it themselves stay."""
    [done] = transaction.run("settle", rows=settlements(obligations))
    touched: list[str] = done["touched"]
    return touched
