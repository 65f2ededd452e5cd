"""Files that operators have, after the shape of real ones: what their mappings take, and what they refuse."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from graph.errors import RecordError
from graph.facts.files import mapping
from graph.facts.files.steps.local_days import day_in, local_in
from graph.facts.values import Obligation
from graph.policy.scheme import ObligationsFactor
from graph.rating.reference import value_obligation
from tests.facts.files.steps.mapped import Taken, mapped, of_file

CASES = Path(__file__).parents[2] / "cases"


def case(file: str, mapping: str, kind: str) -> Taken:
    return of_file(CASES / file, CASES / mapping, kind=kind)


def test_installments_are_due_at_the_end_of_their_day_and_named_by_loan_and_number() -> None:
    found = case("fineract/schedule.csv", "fineract/schedule.toml", "obligations")
    assert found.rejects == []
    assert found.column("id") == ["000000001/1", "000000001/2"]
    assert found.column("due") == ["2026-01-15T20:59:59.999999Z", "2026-02-15T20:59:59.999999Z"]
    # Settled on its due day, at whatever hour: not late.
    assert found.column("settled") == ["2026-01-14T21:00:00.000000Z", None]


def test_a_column_with_dates_and_times_of_several_forms_is_read() -> None:
    found = case("fineract/dates.csv", "fineract/dates.toml", "obligations")
    assert found.rejects == []
    assert dict(zip(found.column("id"), found.column("due"), strict=True)) == {
        "f-a1": "2026-03-25T07:00:00.000000Z",
        "f-a2": "2026-10-01T21:59:59.999999Z",
        "f-a3": "2026-03-31T21:59:59.999999Z",
    }


def test_the_lines_of_an_order_share_what_its_first_line_says() -> None:
    found = case("shopify/orders_export_1.csv", "shopify/shopify.toml", "purchases")
    assert found.rejects == []
    assert found.column("product") == ["shop-TR-1", "shop-SH-1"]
    assert found.column("amount") == [130.0, 100.0]
    assert found.column("currency") == ["INR", "INR"]
    assert found.column("at") == ["2026-04-10T05:41:26.000000Z"] * 2
    people = case("shopify/orders_export_1.csv", "shopify/shopify.toml", "entities")
    assert {row["entity"] for row in found.rows} < set(people.column("id"))
    assert not any("@" in str(row) for row in [*found.rows, *people.rows])


@pytest.mark.parametrize("name", ["retail", "retail2"])
def test_returns_guests_and_fees_are_no_purchases(name: str) -> None:
    found = case(f"retail/{name}.csv", f"retail/{name}.toml", "purchases")
    assert found.rejects == []
    assert found.column("entity") == ["uci-17850", "uci-17850", "uci-12583"]
    assert found.column("product") == ["uci-85123A", "uci-22752", "uci-gift_0001_20"]
    assert found.column("amount") == [15.3, 15.3, 20.0]
    assert found.column("at")[0] == "2010-12-01T08:26:00.000000Z"


def test_a_call_to_oneself_is_a_reject_and_a_skipped_hour_is_read_as_the_mapping_says() -> None:
    came, went = (case("cdr/ego.csv", f"cdr/{way}.toml", "contacts") for way in ("in", "out"))
    assert came.column("source") == ["bc-A", "bc-G"]
    assert went.column("target") == ["bc-D", "bc-G"]
    assert went.column("at")[1] == "2014-03-30T01:30:00.000000Z"
    assert came.refused == [(6, "target", "bc-ego")]
    assert went.rejects == []


def test_messages_of_a_chat_in_three_forms_of_dates_are_three_contacts() -> None:
    found = case("cdr/whatsapp.csv", "cdr/whatsapp.toml", "contacts")
    assert found.rejects == []
    assert [(row["source"], row["target"], row["at"]) for row in found.rows] == [
        ("wa-Ann", "wa-Bea", "2021-08-03T10:30:00.000000Z"),
        ("wa-Bea", "wa-Ann", "2014-03-24T12:59:59.000000Z"),
        ("wa-Ann", "wa-Bea", "2023-12-20T16:46:00.000000Z"),
    ]


def test_whole_numbers_of_parquet_are_ids_with_all_of_their_digits() -> None:
    found = case_of_floats()
    assert found.column("id")[:3] == ["f-1", "f-17850", "f-1234567890123456"]
    assert not any("e" in each.removeprefix("f-") for each in found.column("id"))


def case_of_floats() -> Taken:
    return of_file(Path(__file__).parent / "foreign" / "floats.parquet", CASES / "parquet" / "floats.toml")


def test_dates_of_parquet_are_days_as_the_mapping_or_the_load_says() -> None:
    mapped = case("parquet/mapped.parquet", "parquet/mapped.toml", "obligations")
    assert mapped.column("due")[0] == "2026-05-01T21:59:59.999999Z"
    for name in ("date", "naive"):
        ours = of_file(CASES / "parquet" / f"obligations-{name}.parquet", None, zone="Europe/Paris")
        assert ours.column("due")[0] == "2026-05-01T21:59:59.999999Z"


# What each file of our own form gives: ids and what is left out, or why none of it is taken.
OURS = {
    "entities-born": ["x1", "x2"],
    "entities-cat": ["pq-e1", "pq-e2"],
    "entities-zstd": ["z1"],
    "obligations-dec": ["pq-1", "pq-2"],
    "obligations-nan": ["pq-3", "pq-4"],
    "obligations-nat": ["pq-5", "pq-6"],
    "obligations-null": ["pq-7", "pq-8"],
    "obligations-realnan": ["pq-10"],
    "entities-binary": "the type is binary",
    "entities-floatid": "the type is number; it must be text or whole number",
    "entities-index": "an unknown column '__index_level_0__'",
    "entities-list": "the type is list",
    "obligations-date": "the type is date",
    "obligations-int96": "the type is time without a zone",
    "obligations-naive": "the type is time without a zone",
}


@pytest.mark.parametrize("name", OURS)
def test_a_file_of_parquet_gives_its_rows_or_says_why_not(name: str) -> None:
    path, expected = CASES / "parquet" / f"{name}.parquet", OURS[name]
    if isinstance(expected, str):
        with pytest.raises(RecordError, match=expected):
            of_file(path, None)
    else:
        assert of_file(path, None).column("id") == expected


def test_whole_numbers_of_parquet_are_ids_and_a_number_with_a_fraction_is_none() -> None:
    ints = of_file(CASES / "parquet" / "ints.parquet", CASES / "parquet" / "floats.toml")
    assert ints.column("id")[:2] == ["f-1", "f-17850"]
    path = Path(__file__).parent / "foreign" / "floats.parquet"
    with pytest.raises(RecordError, match="`whole = true`"):
        of_file(path, mapped("entities", id='column = "cust"'))
    assert of_file(CASES / "parquet" / "mapped.parquet", CASES / "parquet" / "mappedu.toml").column("due") == [
        "2026-05-01T07:00:00.000000Z",
        "2026-05-02T07:00:00.000000Z",
    ]
    nan = of_file(CASES / "parquet" / "obligations-realnan.parquet", None)
    assert nan.refused == [(1, "amount", "nan")]


def test_latin_1_is_read_where_the_mapping_names_it_and_is_said_where_it_does_not() -> None:
    path, ours = CASES / "retail" / "retail-latin1.csv", mapping.read(CASES / "retail" / "retail.toml")
    in_utf_8 = case("retail/retail.csv", "retail/retail.toml", "purchases")
    assert of_file(path, replace(ours, encoding="latin-1"), kind="purchases").rows == in_utf_8.rows
    [reject] = of_file(path, ours, kind="purchases").rejects
    assert reject.line == 4
    assert 'encoding = "latin-1"' in reject.reason


FACTOR = ObligationsFactor(weight=1.0, prior=0.5, prior_weight=1.0, late_days=30)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Shanghai", "Pacific/Kiritimati"])
def test_who_pays_on_the_due_day_is_not_late_and_who_pays_on_the_next_one_is(zone: str) -> None:
    due = day_in(zone, date(2026, 1, 31), end=True)
    for day, hour, late in ((31, 0, 0), (31, 17, 0), (32, 17, 1)):
        at = local_in(zone, date(2026, 1, 1) + timedelta(days=day - 1), time(hour, 30))
        valued = value_obligation(Obligation("ann", "mill", due, at), FACTOR, datetime(2026, 7, 1, tzinfo=UTC))
        assert valued is not None
        assert valued[1] == 1 - late / 30
