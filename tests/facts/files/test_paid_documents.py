"""Invoices in UBL that payments in camt.053 settle by reference, by the mappings that ship."""

from pathlib import Path

import pytest

from graph.facts.files import mapping, read
from graph.facts.load import load
from graph.model import Loaded
from graph.store.client import Database
from tests.facts.looking import content

PAID = Path(__file__).parent / "documents" / "paid"
INVOICES = sorted(PAID.glob("invoice-*.xml"))
FEBRUARY, MARCH = PAID / "statement-february.xml", PAID / "statement-march.xml"
ZONE = {"zone": "Europe/Berlin"}
STATEMENT = mapping.read("camt053-payments", ZONE)
STATE = """
MATCH (debtor)-[owed:OWED]->(creditor)
RETURN owed.id AS id, debtor.id AS debtor, creditor.id AS creditor, toString(owed.settled) AS settled,
       owed.parts AS parts
ORDER BY id
"""


def state(database: Database) -> dict[str, tuple[str | None, int | None]]:
    return {row["id"]: (row["settled"] and row["settled"][:10], row["parts"]) for row in database.statement(STATE)}


def paid(database: Database, *files: Path, rejects: Path | None = None) -> list[Loaded]:
    return load(database, files, mapping="camt053-payments", answers=ZONE, rejects=rejects)


def test_entries_that_name_an_invoice_are_payments_of_it_and_what_goes_out_takes_back() -> None:
    [chunk] = read(FEBRUARY, mapping=STATEMENT)
    assert chunk.rejects == []
    assert [(row["obligation"], row["at"][:10], row["amount"], row["currency"]) for row in chunk.rows] == [
        ("invoice-MILL-1/2026-117", "2026-02-02", 1000.0, "EUR"),
        ("invoice-MILL-1/2026-117", "2026-02-12", 250.5, "EUR"),
        ("invoice-MILL-1/2026-118", "2026-02-03", 0.1, "EUR"),
        ("invoice-MILL-1/2026-118", "2026-02-03", 0.1, "EUR"),
        ("invoice-MILL-1/2026-118", "2026-02-16", 0.1, "EUR"),
        ("invoice-MILL-1/2026-119", "2026-02-10", 500.0, "EUR"),
    ]
    assert len({row["id"] for row in chunk.rows}) == 6, "two equal entries of one statement are two payments"
    [chunk] = read(MARCH, mapping=STATEMENT)
    assert [row["amount"] for row in chunk.rows] == [-500.0, -80.0, 10.0, 1.0]
    assert ["2 times TxDtls" in reject.reason for reject in chunk.rejects] == [True]


def test_payments_settle_invoices_by_their_reference_and_a_reversal_opens_one_again(
    graph: Database, tmp_path: Path
) -> None:
    assert sum(each.rejected for each in load(graph, INVOICES, mapping="ubl-invoices", answers=ZONE)) == 0
    assert set(state(graph).values()) == {(None, None)}
    [february] = paid(graph, FEBRUARY)
    assert (february.stored, february.rejected) == (6, 0)
    assert state(graph) == {
        "invoice-FARM-3/2026-117": (None, None),  # another seller has the same number
        "invoice-MILL-1/2026-117": ("2026-02-12", 2),
        "invoice-MILL-1/2026-118": ("2026-02-16", 3),
        "invoice-MILL-1/2026-119": ("2026-02-10", 1),
    }
    [march] = paid(graph, MARCH, rejects=tmp_path / "rejects.csv")
    assert (march.stored, march.rejected) == (1, 4)
    said = (tmp_path / "rejects.csv").read_text(encoding="utf-8")
    for reason in ("no such obligation", "pays more than is owed", "another currency", "2 times TxDtls"):
        assert reason in said
    assert state(graph)["invoice-MILL-1/2026-119"] == (None, None)


def test_a_statement_under_two_names_pays_once(graph: Database, tmp_path: Path) -> None:
    load(graph, INVOICES, mapping="ubl-invoices", answers=ZONE)
    paid(graph, FEBRUARY)
    before = content(graph)
    again = tmp_path / "the-same.xml"
    again.write_bytes(FEBRUARY.read_bytes())
    assert [(each.stored, each.known) for each in paid(graph, FEBRUARY, again)] == [(0, 6), (0, 6)]
    assert content(graph) == before


@pytest.mark.parametrize("written", ["-500.00", "+500.00"])
def test_an_amount_with_a_sign_beside_the_mark_of_a_debit_is_refused(tmp_path: Path, written: str) -> None:
    text = MARCH.read_text(encoding="utf-8")
    path = tmp_path / "statement.xml"
    path.write_text(text.replace(">500.00<", f">{written}<"), encoding="utf-8")
    [chunk] = read(path, mapping=STATEMENT)
    assert "has a sign already" in chunk.rejects[0].reason
    assert chunk.rejects[0].value == written


def test_a_statement_of_an_account_whose_owner_is_not_said_settles_nothing(tmp_path: Path) -> None:
    text = FEBRUARY.read_text(encoding="utf-8")
    path = tmp_path / "statement.xml"
    path.write_text(text.replace("<Id>MILL-1</Id>", ""), encoding="utf-8")
    [chunk] = read(path, mapping=STATEMENT)
    assert chunk.rows == []
    assert {reject.reason for reject in chunk.rejects} == {"empty, and the id is made of it"}
