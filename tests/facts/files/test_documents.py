"""Invoices and statements in XML, by the mappings that docs/loading.md shows."""

import re
from pathlib import Path

import pytest

from graph.errors import RecordError
from graph.facts.files import read
from graph.facts.files.mapping import Mapping, parse

HERE = Path(__file__).parent / "documents"
PAGE = Path(__file__).parents[3] / "docs" / "loading.md"


def shown(part: str) -> Mapping:
    """The mapping of the page that speaks of this element."""
    [text] = [block for block in re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL) if part in block]
    return parse(text, "docs/loading.md")


def test_an_invoice_in_ubl_is_an_obligation_until_the_end_of_its_due_day() -> None:
    [chunk] = read(HERE / "invoice-ubl.xml", mapping=shown("Invoice.LegalMonetaryTotal"))
    [row] = chunk.rows
    assert chunk.rejects == []
    assert {name: row[name] for name in ("id", "debtor", "creditor", "kind", "amount", "currency", "settled")} == {
        "id": "ubl-2026-117",
        "debtor": "BAKERY-7",
        "creditor": "MILL-1",
        "kind": "invoice",
        "amount": 1250.5,
        "currency": "EUR",
        "settled": None,
    }
    assert row["due"].startswith("2026-02-14T22:59:59")


def test_the_xml_of_a_facturx_invoice_is_an_obligation_too() -> None:
    [chunk] = read(HERE / "invoice-facturx.xml", mapping=shown("CrossIndustryInvoice.ExchangedDocument"))
    [row] = chunk.rows
    assert (row["id"], row["debtor"], row["creditor"], row["amount"]) == (
        "fx-F-2026-9",
        "BAKERY-7",
        "MILL-1",
        480.0,
    )
    assert row["due"].startswith("2026-02-14T22:59:59")


def test_a_statement_gives_a_contact_for_each_payment_that_came_in() -> None:
    [chunk] = read(HERE / "statement-camt053.xml", mapping=shown("CdtDbtInd"))
    [row] = chunk.rows
    assert (row["source"], row["target"], row["channel"]) == ("BAKERY-7", "MILL-1", "payment")
    assert row["at"].startswith("2026-02-11T23:00:00")
    # One booking of two payments does not say which of them came from whom.
    [reject] = chunk.rejects
    assert (reject.line, reject.column.endswith("Othr.Id")) == (3, True)
    assert "2 times TxDtls" in reject.reason


def test_a_credit_note_is_no_invoice(tmp_path: Path) -> None:
    text = (HERE / "invoice-ubl.xml").read_text()
    path = tmp_path / "note.xml"
    path.write_text(text.replace("<Invoice ", "<CreditNote ").replace("</Invoice>", "</CreditNote>"))
    with pytest.raises(RecordError, match=r"Invoice\.ID: a column is missing"):
        next(read(path, mapping=shown("Invoice.LegalMonetaryTotal")))


def test_an_invoice_that_is_due_on_no_day_is_a_reject(tmp_path: Path) -> None:
    text = (HERE / "invoice-ubl.xml").read_text()
    path = tmp_path / "invoice.xml"
    path.write_text(text.replace("<cbc:DueDate>2026-02-14</cbc:DueDate>", ""))
    [chunk] = read(path, mapping=shown("Invoice.LegalMonetaryTotal"))
    assert [(each.column, each.reason) for each in chunk.rejects] == [("Invoice.DueDate", "empty")]
    path.write_text(text.replace("<cbc:DueDate>", "<cbc:DueDate>2020-01-01</cbc:DueDate><cbc:DueDate>"))
    [chunk] = read(path, mapping=shown("Invoice.LegalMonetaryTotal"))
    assert "2 times DueDate" in chunk.rejects[0].reason
