"""The import assistant: what it finds, what it asks, and that nothing loads before somebody has answered."""

import json
import os
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from graph.cli.app import app
from graph.errors import RecordError, SchemeInvalid
from graph.facts.assistant import Suggestion, suggest
from graph.facts.assistant.looks import PATTERNS, look
from graph.facts.files import read
from graph.facts.files.mapping import parse
from graph.facts.files.steps.written import reader
from tests.conftest import samples
from tests.facts.files.written import xlsx

FILES = Path(__file__).parent / "files"
SHEET = """\
Rechnungen der Genossenschaft;;;;
;;;;
Rechnung Nr.;Kunde;Lieferant;Fällig am;Bezahlt am;Betrag;Währung
2026-1;Müller;Mühle;31.01.2026;30.01.2026;1.250,50;EUR
2026-2;Bäckerei;Mühle;28.02.2026;;80,00;EUR
2026-3;Müller;Mühle;15.03.2026;20.03.2026;2.000,00;EUR
"""


def answered(found: Suggestion, *answers: tuple[str, str]) -> str:
    """The mapping once a person has answered: texts that take the place of others."""
    text = found.mapping
    for before, after in answers:
        assert before in text, text
        text = text.replace(before, after)
    return text


def test_a_sheet_of_another_country_is_recognised_and_loads_once_answered(tmp_path: Path) -> None:
    path = tmp_path / "rechnungen.csv"
    path.write_bytes(SHEET.encode("cp1252"))
    found = suggest(path)
    said = tomllib.loads(found.mapping)
    assert (said["separator"], said["encoding"], said["skip_lines"]) == (";", "latin-1", 2)
    assert said["obligations"]["due"] == {
        "column": "Fällig am",
        "format": "%d.%m.%Y",
        "day": {"zone": "?", "end": True},
    }
    assert said["obligations"]["amount"] == {"column": "Betrag", "decimal": ",", "thousands": "."}
    assert said["obligations"]["debtor"] == {"column": "Kunde"}
    assert said["entities"]["id"] == {"columns": ["Kunde", "Lieferant"]}
    assert any("zone" in question for question in found.questions)
    assert any("latin-1" in question for question in found.questions)
    with pytest.raises(SchemeInvalid):
        parse(found.mapping, "m.toml")
    text = answered(
        found,
        ('"?"', '"Europe/Berlin"'),
        ('# kind = { value = "Europe/Berlin" }', 'kind = { value = "organisation" }'),
    )
    chunks = list(read(path, mapping=parse(text, "m.toml")))
    assert [(chunk.kind, len(chunk.rows), chunk.rejects) for chunk in chunks] == [
        ("entities", 3, []),
        ("obligations", 3, []),
    ]
    assert [row["amount"] for row in chunks[1].rows] == [1250.5, 80.0, 2000.0]
    assert chunks[1].rows[0]["due"].startswith("2026-01-31T22:59:59")


def test_a_date_that_can_be_read_in_two_ways_is_asked_about_and_not_chosen(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,customer,due\n1,ann,01/02/2026\n2,bob,03/04/2026\n")
    found = suggest(path)
    assert "# due =" in found.mapping
    assert "due" not in tomllib.loads(found.mapping)["obligations"]
    assert any("%d/%m/%Y, %m/%d/%Y" in question for question in found.questions)
    path.write_text("id,customer,due\n1,ann,01/02/2026\n2,bob,13/04/2026\n")
    assert tomllib.loads(suggest(path).mapping)["obligations"]["due"]["format"] == "%d/%m/%Y"


def test_addresses_become_pseudonyms_and_are_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("Order,Email customer,Sku,Created at\n1,ann@example.org,S1,2026-01-01 10:00:00\n")
    found = suggest(path)
    assert found.kind == "purchases"
    assert tomllib.loads(found.mapping)["purchases"]["entity"]["pseudonym"] is True
    assert "ann@example.org" not in found.mapping


def test_a_workbook_of_several_sheets_is_asked_about(tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "coop.xlsx",
        [
            ("Our loans",),
            (),
            ("Loan", "Member", "Lender", "Due", "Paid"),
            (17, "ann", "coop", date(2026, 1, 31), None),
        ],
        Members=[("id", "name"), ("ann", "Ann")],
    )
    found = suggest(path)
    said = tomllib.loads(found.mapping)
    assert (found.kind, said["sheet"], said["skip_lines"]) == ("obligations", "Sheet", 2)
    assert said["obligations"]["due"] == {"column": "Due", "day": {"zone": "?", "end": True}}
    assert any("Members" in question for question in found.questions)


def test_records_are_found_inside_an_envelope_and_through_a_list(tmp_path: Path) -> None:
    path = tmp_path / "loans.json"
    loan = {"id": 7, "client": {"name": "ann"}, "periods": [{"dueDate": [2026, 1, 15], "amount": 100.5}]}
    path.write_text(json.dumps({"total": 1, "pageItems": [loan, loan]}))
    found = suggest(path)
    said = tomllib.loads(found.mapping)
    assert said["rows"] == "pageItems"
    assert said["obligations"]["due"]["column"] == "periods[*].dueDate"
    assert said["obligations"]["amount"] == {"column": "periods[*].amount"}


def test_a_list_of_records_that_have_one_list_each_is_no_envelope(tmp_path: Path) -> None:
    path = tmp_path / "loans.json"
    loan = {"id": 7, "client": "ann", "periods": [{"dueDate": [2026, 1, 15], "amount": 100.5}]}
    path.write_text(json.dumps([loan, loan]), encoding="utf-8-sig")
    said = tomllib.loads(suggest(path).mapping)
    assert "rows" not in said
    assert said["obligations"]["due"]["column"] == "periods[*].dueDate"


@pytest.mark.parametrize("text", ["[]", "[[1, 2]]", '["a"]'])
def test_lists_without_a_record_fit_no_shipped_mapping(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    assert suggest(path).shipped == ""


def test_an_invoice_in_xml_is_recognised() -> None:
    found = suggest(FILES / "documents" / "invoice-ubl.xml")
    said = tomllib.loads(found.mapping)
    assert found.kind == "obligations"
    assert said["obligations"]["due"]["column"] == "Invoice.DueDate"


def test_what_is_not_recognised_is_asked_and_loads_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("alpha,beta\n1,2\n")
    found = suggest(path)
    assert (found.kind, len(found.questions)) == ("", 1)
    with pytest.raises(SchemeInvalid, match="no rows are taken"):
        parse(found.mapping, "m.toml")


def test_a_file_without_a_header_gets_names_and_a_question(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,ann,2026-01-01\n2,bob,2026-01-02\n")
    found = suggest(path)
    assert tomllib.loads(found.mapping)["header"] == ["column 1", "column 2", "column 3"]
    assert any("header" in question for question in found.questions)


def test_what_cannot_be_read_at_all_is_said(tmp_path: Path) -> None:
    for name, content, part in (
        ("a.csv", b"\n", "an empty file"),
        ("a.csv", b"x" * 300_000, "no table"),
        ("a.csv", b"%PDF-1.7", "a PDF document"),
        ("a.csv", b"\0\0\1\0", "no text"),
        ("a.sav", b"$FL2", "by the end of its name"),
        ("a.json", b"{", "no JSON"),
        ("a.xlsx", b"PK", "not a zip archive"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(RecordError, match=part):
            suggest(tmp_path / name)


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(["2026-01-31", "31.01.2026", "1.250,50", "ann@example.org", "?", '"', "'", "]", "#", "\\"]),
    st.datetimes(datetime(1970, 1, 1), datetime(2199, 1, 1)).map(lambda at: at.strftime("%d/%m/%Y %H:%M")),
)
NAMES = st.one_of(
    st.sampled_from(
        ["due", "Paid at", "customer", "product", "Date", "from", "to", "amount", "id", "name", "site"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
)


@given(st.lists(NAMES, min_size=1, max_size=6, unique=True), st.data())
@settings(max_examples=samples(40, 400))
def test_a_mapping_of_any_file_is_toml_and_takes_no_row_before_somebody_answers(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], data: st.DataObject
) -> None:
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), min_size=1, max_size=5))
    path = tmp_path_factory.mktemp("any") / "any.jsonl"
    path.write_text("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows))
    found = suggest(path)
    said: dict[str, Any] = tomllib.loads(found.mapping)
    assert set(said) <= {"about", "optional", found.kind, "entities", "products", "sites"}
    with pytest.raises(SchemeInvalid):
        parse(found.mapping, "m.toml")


@pytest.mark.parametrize("pattern", PATTERNS)
@given(st.datetimes(datetime(2000, 1, 1), datetime(2067, 12, 31)))
@settings(max_examples=samples(5, 40))
def test_a_pattern_is_among_those_that_are_found_for_what_it_writes(pattern: str, at: datetime) -> None:
    text = at.strftime(pattern.replace("%z", "+0100"))
    reader(pattern)
    assert pattern in look([text]).patterns or look([text]).patterns == ("ISO",)


def test_words_for_nothing_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,customer,due,paid\n1,ann,2026-01-31,NULL\n2,bob,2026-01-31,2026-01-30\n")
    assert tomllib.loads(suggest(path).mapping)["obligations"]["settled"]["nothing"] == ["NULL"]


COOP = Path(__file__).parents[2] / "examples" / "cooperative"


def test_the_assistant_finds_the_list_that_names_stand_in_and_says_which_are_not_there() -> None:
    found = suggest(COOP / "cooperative.xlsx", sheet="Invoices", folder=COOP)
    text = answered(
        found, ('# file = "cooperative.xlsx"', 'file = "cooperative.xlsx"'), ('"?"', '"Europe/Berlin"')
    )
    said = tomllib.loads(text)
    assert said["words"]["members"] == {
        "file": "cooperative.xlsx",
        "sheet": "Members",
        "skip_lines": 3,
        "totals": ["Total"],
        "word": "Name",
        "means": "No.",
    }
    assert said["obligations"]["debtor"] == {"column": "Customer", "trim": True, "values_from": "members"}
    assert "entities" not in said, "the names are no entities"
    assert any("'Jörg Bäker'. Are they misspelt" in question for question in found.questions)
    assert not any("Annelise" in question for question in found.questions), "two blanks are one"
    with pytest.raises(SchemeInvalid, match=r"words\.members\.file: missing key"):
        parse(found.mapping, "m.toml", COOP)


def test_a_list_in_another_file_is_given_or_asked_for(tmp_path: Path) -> None:
    asked = suggest(COOP / "darlehen.csv")
    assert any("--members" in question for question in asked.questions)
    found = suggest(COOP / "darlehen.csv", members=COOP / "cooperative.xlsx", folder=tmp_path)
    assert f'# file = "{Path(os.path.relpath(COOP / "cooperative.xlsx", tmp_path)).as_posix()}"' in found.mapping
    with pytest.raises(RecordError, match=r"darlehen\.csv: no list of names"):
        suggest(COOP / "cooperative.xlsx", sheet="Invoices", members=COOP / "darlehen.csv")


def test_what_a_treasurer_writes_is_recognised_and_asked_about() -> None:
    loans = suggest(COOP / "darlehen.csv", members=COOP / "cooperative.xlsx")
    said = tomllib.loads(loans.mapping)
    assert (said["encoding"], said["totals"]) == ("cp1252", ["Summe"])
    assert said["obligations"]["settled"]["nothing"] == ["offen"]
    assert any("'offen': does it mean that it is not done yet" in question for question in loans.questions)
    assert any("In which currency" in question for question in loans.questions)
    assert any("as 'Rate' might" in question for question in loans.questions)
    members = suggest(COOP / "cooperative.xlsx", sheet="Members")
    assert '# fill_down = { columns = ["Kind"] }' in members.mapping
    assert '# kind = { column = "Kind", values = { "person" = "?", "firm" = "?" } }' in members.mapping
    assert '# name = { column = "Name" }' in members.mapping, "names come in only where somebody wants them"
    assert "# [memberships]" in members.mapping


def test_a_sheet_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(RecordError, match="no sheet 'Invoice': it has 'Members', 'Invoices', 'Deliveries'"):
        suggest(COOP / "cooperative.xlsx", sheet="Invoice")
    with pytest.raises(RecordError, match="leave --sheet out"):
        suggest(COOP / "darlehen.csv", sheet="Invoices")


def test_of_more_sheets_than_anybody_looks_into_one_has_to_be_named(tmp_path: Path) -> None:
    table = [("id", "category"), ("s1", "games")]
    path = xlsx(tmp_path / "coop.xlsx", table, **{f"S{number}": table for number in range(20)})
    with pytest.raises(
        RecordError, match=r"which sheet is meant\? it has 'Sheet', .* and 1 more: say it with --sheet"
    ):
        suggest(path)
    assert tomllib.loads(suggest(path, sheet="S19").mapping)["sheet"] == "S19"


def test_the_command_writes_the_mapping_and_asks(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,customer,due\n1,ann,2026-01-31\n")
    runner = CliRunner()
    printed = runner.invoke(app, ["import-assistant", str(path)])
    assert printed.exit_code == 0
    assert tomllib.loads(printed.stdout)["obligations"]["debtor"] == {"column": "customer"}
    out = tmp_path / "m.toml"
    written = runner.invoke(app, ["import-assistant", str(path), "--output", str(out)])
    assert written.exit_code == 0
    assert out.read_text() == printed.stdout
    assert "In which zone" in written.stdout
    told = json.loads(runner.invoke(app, ["import-assistant", str(path), "--json"]).stdout)
    assert (told["shipped"], told["kind"], told["mapping"]) == (None, "obligations", printed.stdout)
