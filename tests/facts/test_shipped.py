"""The mappings that come with the software: what each makes of a made-up file of its program, on a real graph.

The files are in shipped/. Ann and Bea are members, the coop lends, and `gone` stands in the table of members but
is nobody that the graph knows.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from graph.errors import NotFound, ParameterError, RecordError
from graph.facts.assistant import suggest
from graph.facts.files import mapping, read
from graph.facts.load import load
from graph.store.client import Database
from tests.facts.files.steps.mapped import of_file
from tests.facts.looking import whole, written

FILES = Path(__file__).parent / "shipped"
PAGE = (Path(__file__).parents[2] / "docs" / "shipped-mappings.md").read_text(encoding="utf-8")
MEMBERS = {"members": str(FILES / "members.csv")}
STUDIES = ("bitcoin-otc", "copenhagen-calls", "copenhagen-sms")
OWED = """
MATCH (who:Entity)-[o:OWED]->(to:Entity) WITH * ORDER BY o.id
RETURN o.id AS id, who.id AS who, to.id AS to, o.kind AS kind, o.amount AS amount, o.currency AS currency,
       toString(o.due) AS due, toString(o.settled) AS settled
"""
CONTACTED = """
MATCH (who:Entity)-[c:CONTACTED]->(to:Entity) WITH * ORDER BY c.at, c.id
RETURN who.id AS who, to.id AS to, c.channel AS channel, toString(c.at) AS at
"""
BOUGHT = """
MATCH (who:Entity)-[b:BOUGHT]->(what:Product) WITH * ORDER BY b.at, what.id
RETURN who.id AS who, what.id AS what, what.category AS category, b.amount AS amount, b.currency AS currency,
       toString(b.at) AS at
"""
NAMED = """
MATCH (e:Entity) WITH e ORDER BY e.id
RETURN e.id AS id, [label IN labels(e) WHERE label <> 'Entity'][0] AS kind, e.name AS name, e.lei AS lei,
       e.uscc AS uscc
"""


class Made(NamedTuple):
    """What became of a file: by kind, the rows that were stored, known, rejected and left out; and the rejects."""

    counts: dict[str, tuple[int, int, int, int]]
    rejects: list[tuple[int, str, str, str]]


@pytest.fixture
def people(graph: Database, tmp_path: Path) -> Database:
    entities = written(tmp_path, "entities.csv", "id,kind", "ann,person", "bea,person", "coop,organisation")
    load(graph, [entities])
    return graph


def made(graph: Database, name: str, file: str | Path, **answers: str) -> Made:
    """The file is loaded through the shipped mapping; a path within shipped/ is its name."""
    chunks: list[Any] = []
    loaded = load(graph, [FILES / file], mapping=name, answers=answers, preview=chunks.append)
    again = load(graph, [FILES / file], mapping=name, answers=answers)
    assert sum(each.stored + each.completed for each in again) == 0, "loading a file twice changes nothing"
    found = of_file(FILES / file, mapping.read(name, answers))
    rejects = [(each.line, each.column, each.value, each.reason) for each in found.rejects]
    counts = {each.kind: (each.stored, each.known, each.rejected, each.left_out) for each in loaded}
    return Made(counts, rejects)


def rows(graph: Database, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in graph.statement(statement)]


def nobody_else(graph: Database, *strange: str) -> None:
    """No trace of these is in the graph."""
    kept = str(whole(graph))
    assert [text for text in strange if text in kept] == []


KENYA = {**MEMBERS, "lender": "coop", "zone": "Africa/Nairobi"}


def test_installments_of_fineract_are_obligations_that_are_met_or_open(people: Database) -> None:
    found = made(people, "fineract-loans", "fineract-loans.json", **KENYA)
    assert found.counts == {"obligations": (4, 0, 1, 1)}
    # It is complete and has no day: nobody knows whether Bea paid in time.
    [(line, column, value, reason)] = found.rejects
    assert (column, value, reason) == (
        "repaymentSchedule.periods[*].obligationsMetOnDate",
        "",
        "empty, and the mapping needs it",
    )
    owed = ("coop", "installment", 110.0, "KES")
    assert rows(people, OWED) == [
        ("fineract-000000144/1", "ann", *owed, "2026-02-01T20:59:59.999999Z", "2026-01-31T21:00:00Z"),
        ("fineract-000000144/2", "ann", *owed, "2026-03-01T20:59:59.999999Z", "2026-03-03T21:00:00Z"),
        ("fineract-000000144/3", "ann", *owed, "2026-04-01T20:59:59.999999Z", None),
        # Written off, so nobody paid it.
        ("fineract-000000145/1", "bea", "coop", "installment", 50.0, "KES", "2026-02-01T20:59:59.999999Z", None),
    ]
    nobody_else(people, "Never Joined", "Ann Example", "000000147", "000000146")
    assert line == 7


def test_a_report_of_mifos_is_the_same_from_a_table(people: Database) -> None:
    found = made(people, "fineract-schedule", "fineract-schedule.csv", **KENYA, currency="KES")
    assert found.counts == {"obligations": (2, 0, 1, 1)}
    assert [each[:3] for each in found.rejects] == [(5, "Due Date", "31 February 2026")]
    owed = ("ann", "coop", "installment", 100.0, "KES")
    assert rows(people, OWED) == [
        # Paid on the due day, whatever the hour: not late.
        ("fineract-000000001/1", *owed, "2026-01-15T20:59:59.999999Z", "2026-01-14T21:00:00Z"),
        ("fineract-000000001/2", *owed, "2026-02-15T20:59:59.999999Z", None),
    ]


def test_transfers_of_komunitin_are_contacts_and_the_same_ones_from_its_api(people: Database) -> None:
    found = made(people, "komunitin-transfers", "komunitin-transfers.csv", **MEMBERS)
    assert found.counts == {"contacts": (1, 0, 1, 1)}
    assert [(each[0], each[3]) for each in found.rejects] == [(6, "a contact with oneself")]
    found = made(people, "komunitin-transfers-json", "komunitin-transfers-json.json", **MEMBERS)
    assert (found.counts, found.rejects) == ({"contacts": (0, 1, 0, 1)}, [])
    assert rows(people, CONTACTED) == [("ann", "bea", "transfer", "2026-01-15T09:30:00Z")]
    nobody_else(people, "Bread", "COOP0009", "external-9", "aaaaaaaa-0000")


def test_things_of_paid_orders_of_shopify_are_purchases(people: Database) -> None:
    table = {**MEMBERS, "categories": str(FILES / "categories.csv")}
    found = made(people, "shopify-orders", "shopify-orders.csv", **table)
    assert found.counts == {"products": (2, 0, 1, 0), "purchases": (2, 0, 1, 1)}
    # A thing without a category is a reject, and the database refuses the purchase of it.
    assert [each[:3] for each in found.rejects] == [(9, "Lineitem sku", "XX-9")]
    first = ("ann", "shopify-SH-1", "clothing", 100.0, "INR", "2026-04-10T05:41:26Z")
    assert rows(people, BOUGHT) == [first, ("ann", "shopify-TR-1", "clothing", 130.0, "INR", first[-1])]
    nobody_else(people, "example.org", "Ring twice", "mallory")


@pytest.mark.parametrize(("name", "encoding"), [("online-retail", "latin-1"), ("online-retail-ii", "utf-8")])
def test_what_customers_of_online_retail_bought_without_returns_guests_and_fees(
    graph: Database, name: str, encoding: str
) -> None:
    found = made(graph, name, f"{name}.csv", encoding=encoding)
    bought = rows(graph, BOUGHT)
    assert bought[0][:3] == ("uci-17850", "uci-85123A", "household")
    assert bought[0][3:] == (15.3, "GBP", "2010-12-01T08:26:00Z")
    assert ("uci-12583", "uci-gift_0001_20", "household", 20.0, "GBP", "2010-12-01T09:52:00Z") in bought
    assert not {"uci-POST", "uci-35004C"} & {each[1] for each in bought}
    people = {each[0] for each in rows(graph, NAMED)}
    assert people == {"uci-17850", "uci-12583"}
    if name == "online-retail":
        assert found.counts == {"entities": (2, 0, 0, 0), "products": (4, 0, 0, 0), "purchases": (3, 0, 1, 0)}
        assert [each[:3] for each in found.rejects] == [(8, "InvoiceDate", "12/32/2010 9:52")]
    else:
        assert {each[:3] for each in found.rejects} == {(7, "Customer ID", "12583.5")}


def test_calls_and_messages_of_bandicoot_are_contacts_of_the_owner_with_members(people: Database) -> None:
    found = made(people, "bandicoot", "bandicoot.csv", **MEMBERS, owner="ann", zone="Europe/Copenhagen")
    # One is with nobody of the table, one with somebody who is not there, one in an hour that clocks skipped.
    assert found.counts == {"contacts": (3, 0, 2, 1)}
    assert [each[:3] for each in found.rejects] == [(6, "datetime", "2026-03-29 02:30:00")]
    assert rows(people, CONTACTED) == [
        ("bea", "ann", "call", "2026-01-20T19:30:37Z"),
        ("ann", "bea", "call", "2026-01-21T19:31:42Z"),
        ("bea", "ann", "sms", "2026-01-23T20:10:31Z"),
    ]
    nobody_else(people, "c8f538f1ccb2", "8f8ad28de134", "13084")


CHAT = {**MEMBERS, "zone": "Europe/Berlin", "dates": "%d/%m/%Y, %H:%M"}


def test_messages_of_a_chat_are_contacts_without_their_text_and_both_exports_say_the_same(
    people: Database,
) -> None:
    found = made(people, "whatsapp-chat", "whatsapp-iphone.txt", **CHAT)
    assert found.counts == {"contacts": (4, 0, 1, 0)}
    assert [each[:3] for each in found.rejects] == [(9, "at", "29/03/2026, 02:30")]
    found = made(people, "whatsapp-chat", "whatsapp-android.txt", **CHAT)
    assert (found.counts, found.rejects) == ({"contacts": (1, 4, 0, 0)}, [])
    assert rows(people, CONTACTED) == [
        ("ann", "bea", "chat", "2026-01-15T08:30:00Z"),
        ("ann", "bea", "chat", "2026-01-15T08:30:00Z"),
        ("bea", "ann", "chat", "2026-01-16T09:05:00Z"),
        ("bea", "ann", "chat", "2026-01-16T09:07:00Z"),
        ("bea", "ann", "chat", "2026-01-17T10:00:00Z"),
    ]
    nobody_else(people, "morning", "second line", "PHOTO", "Example")


def test_payments_of_an_open_bank_are_contacts_with_members(people: Database) -> None:
    found = made(people, "open-banking-uk", "open-banking-uk.json", **MEMBERS, owner="ann")
    assert found.counts == {"contacts": (2, 0, 1, 1)}
    assert [each[:3] for each in found.rejects] == [(6, "BookingDateTime", "2026-01-20")]
    assert rows(people, CONTACTED) == [
        ("bea", "ann", "payment", "2026-01-15T10:43:07Z"),
        ("ann", "bea", "payment", "2026-01-16T10:43:07Z"),
    ]
    nobody_else(people, "11111112345678", "NEVER", "EXAMPLE", "SHOP")


@pytest.mark.parametrize(
    ("file", "columns", "rejected", "left_out"),
    [
        ("bank-starling.csv", {"date": "Date", "amount": "Amount (GBP)", "other": "Counter Party"}, 1, 1),
        ("bank-ofx.csv", {"date": "DTPOSTED", "amount": "TRNAMT", "other": "NAME"}, 0, 0),
    ],
)
def test_payments_of_a_bank_whose_columns_are_named_are_contacts(
    people: Database, file: str, columns: Mapping[str, str], rejected: int, left_out: int
) -> None:
    dates = "%d/%m/%Y" if rejected else "%Y%m%d"
    answers = {**MEMBERS, **columns, "owner": "ann", "dates": dates, "zone": "Europe/London"}
    found = made(people, "bank-csv", file, **answers)
    assert found.counts == {"contacts": (2, 0, rejected, left_out)}
    assert [each[:3] for each in found.rejects] == [(6, "Date", "32/01/2026")][:rejected]
    assert rows(people, CONTACTED) == [
        ("bea", "ann", "payment", "2026-01-13T00:00:00Z"),
        ("ann", "bea", "payment", "2026-01-16T00:00:00Z"),
    ]


def test_organisations_of_gleif_are_there_under_their_numbers_and_sole_proprietors_are_not(
    graph: Database,
) -> None:
    found = made(graph, "gleif", "gleif.csv")
    assert found.counts == {"entities": (2, 0, 2, 0)}
    assert [each[:3] for each in found.rejects] == [
        (5, "Entity.EntityCategory", ""),
        (6, "LEI", "9999MADEUP0000000114"),
    ]
    first, second = "9999MADEUP0000000113", "9999MADEUP0000000598"
    assert rows(graph, NAMED) == [
        (f"lei-{first}", "Organisation", "Mill Street Bakery, Ltd", first, None),
        (f"lei-{second}", "Organisation", "A Fund", second, None),
    ]
    nobody_else(graph, "A Sole Trader")


def test_organisations_of_followthemoney_are_there_and_persons_are_not(graph: Database) -> None:
    found = made(graph, "followthemoney", "followthemoney.jsonl")
    assert found.counts == {"entities": (2, 0, 1, 0)}
    assert [each[:3] for each in found.rejects] == [(5, "properties.leiCode[0]", "9999MADEUP0000000114")]
    assert rows(graph, NAMED) == [
        ("ftm-NK-made-up-1", "Organisation", "Mill Street Bakery", "9999MADEUP0000000113", None),
        ("ftm-NK-made-up-4", "Organisation", "Town Office", None, "919900000000000018"),
    ]
    nobody_else(graph, "A Person", "Somebody", "role.pep")


OF_PROGRAMS = [name for name in mapping.shipped() if name not in STUDIES]


def raw(name: str) -> dict[str, Any]:
    return tomllib.loads((mapping.SHIPPED / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", OF_PROGRAMS)
def test_a_mapping_says_where_its_form_is_described_and_what_it_cannot_know_and_so_does_the_page(
    name: str,
) -> None:
    said = raw(name)
    assert said["source"]
    assert said["notice"]
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |"))
    _, _, _, _, asks, cannot_know, _ = row.split("|")
    assert cannot_know.strip() == "; ".join(said["cannot_know"])
    assert asks.strip() == (", ".join(f"`{each}`" for each in said.get("asks", {})) or "nothing")


@pytest.mark.parametrize("name", [name for name in OF_PROGRAMS if raw(name).get("asks")])
def test_a_mapping_with_an_open_question_loads_nothing_and_names_it(graph: Database, name: str) -> None:
    with pytest.raises(ParameterError) as caught:
        load(graph, [FILES / "members.csv"], mapping=name)
    for asked, what in raw(name)["asks"].items():
        assert f"--set {asked}=... ({what})" in str(caught.value)
    with pytest.raises(ParameterError, match="does not ask for it; it asks for"):
        mapping.read(name, {"mood": "good"})


def test_a_wrong_name_lists_all() -> None:
    with pytest.raises(NotFound) as caught:
        mapping.read("shopify")
    assert ", ".join(mapping.shipped()) in str(caught.value)


SAMPLES = [
    *(
        (name, f"{name}.csv")
        for name in ("fineract-schedule", "komunitin-transfers", "shopify-orders", "bandicoot")
    ),
    *((name, f"{name}.csv") for name in ("online-retail", "online-retail-ii", "gleif")),
    *((name, f"{name}.json") for name in ("fineract-loans", "komunitin-transfers-json", "open-banking-uk")),
    ("followthemoney", "followthemoney.jsonl"),
    ("whatsapp-chat", "whatsapp-iphone.txt"),
    ("whatsapp-chat", "whatsapp-android.txt"),
    ("", "bank-starling.csv"),
    ("", "members.csv"),
]


@pytest.mark.parametrize(("name", "file"), SAMPLES)
def test_the_assistant_names_the_mapping_that_a_file_fits(name: str, file: str) -> None:
    found = suggest(FILES / file)
    assert found.shipped == name
    if name:
        said = raw(name)
        command = " ".join([f"--mapping {name}", *(f"--set {each}=..." for each in said.get("asks", {})), file])
        assert f"# Load it with: innercircle load {command}\n" in found.mapping
        assert all(f"# It cannot know {each}.\n" in found.mapping for each in said["cannot_know"])


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "column", "like"),
    [
        (
            "shopify-orders",
            "shopify-orders.csv",
            "Financial Status",
            "Financial State",
            "Financial Status",
            "Financial State",
        ),
        ("bandicoot", "bandicoot.csv", "correspondent_id", "correspondent", "correspondent_id", "correspondent"),
        (
            "gleif",
            "gleif.csv",
            "Entity.EntityCategory",
            "Entity.Category",
            "Entity.EntityCategory",
            "Entity.Category",
        ),
    ],
)
def test_a_column_that_a_later_version_renames_is_named(
    name: str, file: str, old: str, new: str, column: str, like: str, tmp_path: Path
) -> None:
    path = tmp_path / file
    path.write_text((FILES / file).read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    answers = dict.fromkeys(raw(name).get("asks", {}), "Europe/Berlin")
    answers |= {each: str(FILES / "members.csv") for each in ("members", "categories") if each in answers}
    with pytest.raises(RecordError) as caught:
        next(read(path, mapping=mapping.read(name, answers)))
    assert caught.value.column == column
    assert f"it has {like!r}, which is like it" in str(caught.value)


def test_a_column_more_is_ignored_and_a_row_with_a_field_more_is_a_reject(
    people: Database, tmp_path: Path
) -> None:
    text = (FILES / "bank-ofx.csv").read_text(encoding="utf-8").splitlines()
    path = written(tmp_path, "bank.csv", text[0] + ",CHECKNUM", text[1] + ",7", text[2] + ",8,9")
    answers = {**MEMBERS, "date": "DTPOSTED", "amount": "TRNAMT", "other": "NAME", "owner": "ann"}
    found = made(people, "bank-csv", path, **answers, dates="%Y%m%d", zone="Europe/London")
    assert found.counts == {"contacts": (1, 0, 1, 0)}
    assert [each[:2] for each in found.rejects] == [(3, "")]


def test_a_later_fineract_without_the_day_of_payment_makes_no_debtor_late(
    people: Database, tmp_path: Path
) -> None:
    text = (FILES / "fineract-loans.json").read_text(encoding="utf-8")
    path = tmp_path / "loans.json"
    path.write_text(text.replace("obligationsMetOnDate", "metOn"), encoding="utf-8")
    found = made(people, "fineract-loans", path, **KENYA)
    assert found.counts == {"obligations": (2, 0, 3, 1)}
    assert {each[3] for each in found.rejects} == {"empty, and the mapping needs it"}
