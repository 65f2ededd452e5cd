"""Malformed files and rows: what is said about each, and the good rows that must still come out."""

import gzip
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph.errors import RecordError
from graph.facts.files import read
from graph.facts.files.quoting import RECORD_BYTES

AT = "2026-01-31T09:30:00Z"
CONTACTS = "id,source,target,at,channel"
OBLIGATIONS = "id,debtor,creditor,amount,currency,due,settled,outcome"
PURCHASES = "id,entity,product,at,amount,currency"
ENTITIES = "id,kind,name,born,uscc,lei"
MEMBERSHIPS = "entity,scheme,at,notice"

# One bad cell or line among good ones. The bad line is always line 3.
# (what is wrong, header, bad line, column, value, reason); the value is a part of what is reported.
ROWS: list[tuple[str, str, str, str, str, str]] = [
    # what every column may suffer
    ("an empty id of an entity", ENTITIES, ",person,,,,", "id", "", "empty"),
    ("an empty required cell", CONTACTS, f"x,,bob,{AT},", "source", "", "empty"),
    ("an empty quoted cell", CONTACTS, f'x,ann,"",{AT},', "target", "", "empty"),
    ("a blank before an id", CONTACTS, f"x, ann,bob,{AT},", "source", " ann", "blank"),
    ("a blank behind an id", CONTACTS, f"x,ann,bob\u3000,{AT},", "target", "bob\u3000", "blank"),
    ("nothing but a blank", CONTACTS, f"x, ,bob,{AT},", "source", " ", "blank"),
    ("a tab in an id", CONTACTS, f"x,an\tn,bob,{AT},", "source", "an\tn", "control character"),
    (
        "an escape in a channel",
        CONTACTS,
        f"x,ann,bob,{AT},\x1b[2J",
        "channel",
        "\x1b[2J",
        "control character",
    ),
    ("a mark that turns the text", CONTACTS, f"x,\u202eann,bob,{AT},", "source", "ann", "control character"),
    ("a carriage return in quotes", CONTACTS, f'x,"an\rn",bob,{AT},', "source", "an\rn", "control character"),
    ("an id without end", CONTACTS, f"x,{'a' * 201},bob,{AT},", "source", "a" * 200 + "…", "longer than 200"),
    # lines that are no records
    ("a field too few", CONTACTS, f"x,ann,bob,{AT}", "", "x,ann,bob", "the number of fields is 4 and not 5"),
    (
        "a field too many",
        CONTACTS,
        f"x,ann,bob,{AT},call,",
        "",
        "call,",
        "the number of fields is 6 and not 5",
    ),
    ("only a blank", CONTACTS, " ", "", " ", "the number of fields is 1 and not 5"),
    ("another separator", CONTACTS, f"x;ann;bob;{AT};", "", "x;ann", "the number of fields is 1 and not 5"),
    ("a NUL byte", CONTACTS, f"x,an\0n,bob,{AT},", "", "an\0n", "NUL byte"),
    ("a carriage return", CONTACTS, f"x,an\rn,bob,{AT},", "", "an\rn", "carriage return"),
    ("Latin-1", CONTACTS, f"x,Zo\udceb,bob,{AT},", "", r"Zo\xeb", "not UTF-8 at byte 5"),
    ("a field without end", CONTACTS, f"x,{'a' * 140_000},bob,{AT},", "", "x,aaa", "longer than 131,072 bytes"),
    ("a long field", CONTACTS, f"x,{'a' * 130_000},bob,{AT},", "source", "aaa", "longer than 200"),
    ("a line without end", CONTACTS, "x," * RECORD_BYTES, "", "x,x,", "longer than 131,072 bytes"),
    # times
    ("no time at all", CONTACTS, "x,ann,bob,yesterday,", "at", "yesterday", "not a time"),
    ("seconds of an epoch", CONTACTS, "x,ann,bob,1289241911.7,", "at", "1289241911.7", "not a time"),
    (
        "a time without a zone",
        CONTACTS,
        "x,ann,bob,2026-01-31T09:30:00,",
        "at",
        "2026-01-31T",
        "without a zone",
    ),
    ("a date without a time", CONTACTS, "x,ann,bob,2026-01-31,", "at", "2026-01-31", "without a time"),
    (
        "a due date without a time",
        OBLIGATIONS,
        "x,ann,bob,,,2026-01-31,,",
        "due",
        "2026-01-31",
        "without a time",
    ),
    (
        "a settlement without a zone",
        OBLIGATIONS,
        f"x,ann,bob,,,{AT},2026-01-31 09:30,",
        "settled",
        "09:30",
        "zone",
    ),
    ("the day before the month", CONTACTS, "x,ann,bob,31/01/2026 09:30Z,", "at", "31/01/2026", "not a time"),
    ("a day that does not exist", CONTACTS, "x,ann,bob,2026-02-30T09:30:00Z,", "at", "02-30", "no such time"),
    (
        "an hour that does not exist",
        CONTACTS,
        "x,ann,bob,2026-01-31T24:00:00Z,",
        "at",
        "24:00",
        "no such time",
    ),
    ("a leap second", CONTACTS, "x,ann,bob,2016-12-31T23:59:60Z,", "at", "59:60", "no such time"),
    (
        "an offset that does not exist",
        CONTACTS,
        "x,ann,bob,2026-01-31T09:30+99:00,",
        "at",
        "+99",
        "no such time",
    ),
    (
        "a time before 1970",
        CONTACTS,
        "x,ann,bob,1970-01-01T00:59:59+01:00,",
        "at",
        "1970",
        "between 1970-01-01",
    ),
    ("a time after 2200", CONTACTS, "x,ann,bob,2200-01-01T00:00:01Z,", "at", "2200", "between 1970-01-01"),
    ("a year of five digits", CONTACTS, "x,ann,bob,12026-01-31T09:30:00Z,", "at", "12026", "not a time"),
    ("a zone by name", CONTACTS, "x,ann,bob,2026-01-31T09:30:00 CET,", "at", "CET", "not a time"),
    # numbers
    ("an amount in words", OBLIGATIONS, f"x,ann,bob,ten,CNY,{AT},,", "amount", "ten", "not a number"),
    (
        "an amount with a comma",
        OBLIGATIONS,
        f'x,ann,bob,"1,250",CNY,{AT},,',
        "amount",
        "1,250",
        "not a number",
    ),
    (
        "an amount with its unit",
        OBLIGATIONS,
        f"x,ann,bob,5 CNY,CNY,{AT},,",
        "amount",
        "5 CNY",
        "not a number",
    ),
    (
        "a negative amount",
        OBLIGATIONS,
        f"x,ann,bob,-5,CNY,{AT},,",
        "amount",
        "-5",
        "negative; an amount is 0 or more",
    ),
    (
        "an infinite amount",
        OBLIGATIONS,
        f"x,ann,bob,-Infinity,CNY,{AT},,",
        "amount",
        "Infinity",
        "not a finite",
    ),
    ("an amount that is no number", PURCHASES, f"x,ann,p1,{AT},NaN,CNY", "amount", "NaN", "not a finite"),
    (
        "an amount beyond all numbers",
        PURCHASES,
        f"x,ann,p1,{AT},1e999,CNY",
        "amount",
        "1e999",
        "not a finite",
    ),
    ("an outcome in percent", OBLIGATIONS, f"x,ann,bob,,,{AT},,85", "outcome", "85", "outside 0 to 1"),
    ("an outcome below 0", OBLIGATIONS, f"x,ann,bob,,,{AT},,-0.1", "outcome", "-0.1", "outside 0 to 1"),
    ("an outcome in words", OBLIGATIONS, f"x,ann,bob,,,{AT},,good", "outcome", "good", "not a number"),
    # what cells of one row say together
    (
        "an amount without a currency",
        OBLIGATIONS,
        f"x,ann,bob,5,,{AT},,",
        "currency",
        "",
        "without a currency",
    ),
    ("a currency without an amount", PURCHASES, f"x,ann,p1,{AT},,CNY", "amount", "", "without an amount"),
    ("a small currency", PURCHASES, f"x,ann,p1,{AT},5,cny", "currency", "cny", "three capitals"),
    ("a sign as currency", PURCHASES, f"x,ann,p1,{AT},5,€", "currency", "€", "three capitals"),
    ("a contact with oneself", CONTACTS, f"x,ann,ann,{AT},", "target", "ann", "with oneself"),
    ("an obligation to oneself", OBLIGATIONS, f"x,ann,ann,,,{AT},,", "creditor", "ann", "to oneself"),
    # entities and memberships
    ("an entity of no kind", ENTITIES, "x,company,,,,", "kind", "company", "neither person nor organisation"),
    ("a time of birth", ENTITIES, f"x,person,,{AT},,", "born", AT, "not a date"),
    ("a birth before 1800", ENTITIES, "x,person,,0090-12-31,,", "born", "0090", "between 1800-01-01"),
    ("a birthday that does not exist", ENTITIES, "x,person,,1990-02-30,,", "born", "02-30", "no such date"),
    ("a wrong uscc", ENTITIES, "x,organisation,,,91110000600037342L,", "uscc", "42L", "check digit"),
    ("a wrong lei", ENTITIES, "x,organisation,,,,213800KUD8LAJWSQ9D16", "lei", "9D16", "check digit"),
    ("a uscc of a person", ENTITIES, "x,person,,,91110000600037341L,", "uscc", "41L", "given for a person"),
    ("a lei of a person", ENTITIES, "x,person,,,,213800KUD8LAJWSQ9D15", "lei", "9D15", "given for a person"),
    ("a scheme in capitals", MEMBERSHIPS, f"x,Own,{AT},1", "scheme", "Own", "not a scheme id"),
    ("a scheme with a bar", MEMBERSHIPS, f"x,a|b,{AT},1", "scheme", "a|b", "not a scheme id"),
    ("a membership without a notice", MEMBERSHIPS, f"x,own,{AT},", "notice", "", "empty"),
    (
        "an id that is another row's",
        CONTACTS,
        f"before,ann,bob,{AT},x",
        "id",
        "before",
        "line 2 says something else",
    ),
]

GOOD = {
    CONTACTS: f"%s,ann,bob,{AT},call",
    OBLIGATIONS: f"%s,ann,bob,5,CNY,{AT},,0.5",
    PURCHASES: f"%s,ann,p1,{AT},5,CNY",
    ENTITIES: "%s,person,Ann,1990-12-31,,",
    MEMBERSHIPS: f"%s,own,{AT},1",
}
KIND = {
    CONTACTS: "contacts",
    OBLIGATIONS: "obligations",
    PURCHASES: "purchases",
    ENTITIES: "entities",
    MEMBERSHIPS: "memberships",
}


@pytest.mark.slow
@pytest.mark.parametrize("chunk_rows", [10_000, 3])
@pytest.mark.parametrize(
    ("header", "line", "column", "value", "reason"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_a_bad_row_is_named_and_costs_no_other(
    header: str, line: str, column: str, value: str, reason: str, chunk_rows: int, tmp_path: Path
) -> None:
    good = GOOD[header]
    path = tmp_path / f"{KIND[header]}.csv"
    content = "\n".join([header, good % "before", line, good % "after", good % "last", ""])
    path.write_bytes(content.encode("utf-8", errors="surrogateescape"))
    chunks = list(read(path, chunk_rows=chunk_rows))
    rows = [row.get("id", row.get("entity")) for chunk in chunks for row in chunk.rows]
    [reject] = [reject for chunk in chunks for reject in chunk.rejects]
    assert rows == ["before", "after", "last"]
    assert [number for chunk in chunks for number in chunk.lines] == [2, 4, 5]
    assert (reject.file, reject.line, reject.column) == (str(path), 3, column)
    assert value in reject.value
    assert len(reject.value) <= 201
    assert reason in reject.reason
    assert sum(chunk.read for chunk in chunks) == 4


def test_a_row_with_several_faults_is_rejected_once_for_the_first(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(f"{CONTACTS}\nx,,bob,never,\n")
    [chunk] = read(path)
    assert [(reject.column, reject.reason) for reject in chunk.rejects] == [("source", "empty")]
    assert (chunk.rows, chunk.read) == ([], 1)


def test_a_quote_inside_an_unquoted_field_is_text(tmp_path: Path) -> None:
    path = tmp_path / "entities.csv"
    path.write_text('id,name,kind\np1,Ann,person\np3,Cat",person\np4,5" pipe,person\n')
    chunks = list(read(path, chunk_rows=2))
    assert [row["name"] for chunk in chunks for row in chunk.rows] == ["Ann", 'Cat"', '5" pipe']


# Files that are refused as a whole: (what is wrong, file name, content, parts of the message).
FILES: list[tuple[str, str, bytes, list[str]]] = [
    ("an empty file", "contacts.csv", b"", ["contacts.csv", "an empty file"]),
    ("only line breaks", "contacts.csv", b"\r\n\n\n", ["contacts.csv", "an empty file"]),
    ("an empty packed file", "contacts.csv.gz", gzip.compress(b""), ["contacts.csv.gz", "an empty file"]),
    (
        "an unknown column",
        "sites.csv",
        b"id,category,colour\n",
        ["sites.csv:1:", "an unknown column 'colour'", "category"],
    ),
    ("a blank in the header", "sites.csv", b"id, category\n", ["sites.csv:1:", "an unknown column ' category'"]),
    ("a header in capitals", "sites.csv", b"ID,category\n", ["sites.csv:1:", "an unknown column 'ID'"]),
    ("a column without a name", "sites.csv", b"id,category,\n", ["sites.csv:1:", "an unknown column ''"]),
    ("another separator", "sites.csv", b"id;category\n", ["sites.csv:1:", "an unknown column 'id;category'"]),
    ("no header", "sites.csv", b"s1,library\n", ["sites.csv:1:", "an unknown column 's1'"]),
    (
        "a header below an empty line",
        "sites.csv",
        b"\nid,colour\n",
        ["sites.csv:2:", "an unknown column 'colour'"],
    ),
    ("a missing column", "sites.csv", b"id\ns1\n", ["sites.csv:1:category", "missing"]),
    ("a missing time", "visits.csv", b"entity,site\nann,s1\n", ["visits.csv:1:at", "missing"]),
    ("a column twice", "sites.csv", b"id,category,id\n", ["sites.csv:1:id", "twice"]),
    (
        "a header with a stray quote",
        "sites.csv",
        b'id,"category\ns1,library\n',
        ["sites.csv:1", "quote", "closed nowhere"],
    ),
    (
        "a header not in UTF-8",
        "sites.csv",
        b"id,cat\xe9gorie\n",
        ["sites.csv:1", "header", "not UTF-8 at byte 7"],
    ),
    ("UTF-16", "sites.csv", "id,category\n".encode("utf-16"), ["sites.csv", "text in UTF-16", "UTF-8"]),
    ("UTF-16 without a mark", "sites.csv", "id,category\n".encode("utf-16-be"), ["UTF-16", "UTF-8"]),
    ("a workbook by the wrong name", "sites.csv", b"PK\x03\x04" + bytes(50), ["a workbook", "ends in .xlsx"]),
    ("a Parquet file by the wrong name", "sites.csv", b"PAR1" + bytes(50), ["Parquet", ".parquet"]),
    ("JSON by the wrong name", "sites.csv", b'[{"id": "s1"}]\n', ["JSON", "as CSV"]),
    ("a page", "sites.csv", b"<html>\n", ["a page", "as CSV"]),
    (
        "a line for a spreadsheet",
        "sites.csv",
        b"sep=;\nid;category\n",
        ["sep=;", "write a mapping with separator = "],
    ),
    ("semicolons", "sites.csv", b"id;category\ns1;games\n", ["semicolons", 'separator = ";"']),
    ("tabs", "sites.csv", b"id\tcategory\ns1\tgames\n", ["tabs", 'separator = "\\t"']),
    ("notes", "sites.csv", b"Our sites,2026\n\nid,category\ns1,games\n", ["header", "further down", "remove"]),
    ("notes that leave cells empty", "sites.csv", b"Our sites,,\nid,category\n", ["above the header"]),
    ("JSON without a column", "sites.json", b'[{"id": 1}]', ["sites.json:category", "missing"]),
    ("JSON with another column", "sites.json", b'[{"no": 1}]', ["sites.json:no", "an unknown column 'no'"]),
    ("no zip archive", "sites.zip", b"PK", ["sites.zip", "cannot be read", "zip archive"]),
    ("no OpenDocument sheet", "sites.ods", b"PK", ["sites.ods", "cannot be read", "zip archive"]),
    ("a form of elsewhere", "sites.sav", b"$FL2", ["sites.sav", "CSV, JSON, XML", "ODS or Parquet"]),
    ("an old workbook", "sites.xls", b"\xd0\xcf\x11\xe0", ["sites.xls", "save it as .xlsx"]),
    (
        "lines that end with CR",
        "sites.csv",
        b"id,category\rs1,library\r",
        ["sites.csv:1", "header", "carriage return"],
    ),
    ("a header without end", "sites.csv", b"x" * RECORD_BYTES * 2, ["sites.csv:1", "header", "longer than"]),
    (
        "a packed file by the wrong name",
        "sites.csv",
        gzip.compress(b"id,category\n"),
        ["sites.csv", "packed with gzip", ".csv.gz"],
    ),
    ("not gzip", "sites.csv.gz", b"id,category\ns1,library\n", ["sites.csv.gz", "cannot be read", "gzip"]),
    (
        "gzip cut in the header",
        "sites.csv.gz",
        gzip.compress(b"id,category\n")[:12],
        ["sites.csv.gz", "cannot be read"],
    ),
    (
        "not Parquet",
        "sites.parquet",
        b"id,category\ns1,library\n",
        ["sites.parquet", "cannot be read", "Parquet"],
    ),
    ("an empty Parquet file", "sites.parquet", b"", ["sites.parquet", "an empty file"]),
    ("no spreadsheet", "sites.xlsx", b"id,category", ["sites.xlsx", "no workbook in XLSX", "something else"]),
    ("a name of no kind", "people.csv", b"id\n", ["people.csv", "no kind of rows", "entities"]),
]


@pytest.mark.parametrize(
    ("name", "content", "parts"), [file[1:] for file in FILES], ids=[file[0] for file in FILES]
)
def test_a_bad_file_is_refused_before_any_row(name: str, content: bytes, parts: list[str], tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(RecordError) as caught:
        next(read(path))
    assert caught.value.file == str(path)
    assert [part for part in parts if part not in str(caught.value)] == []


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"sites\.csv: no such file"):
        next(read(tmp_path / "sites.csv"))


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").mkdir()
    with pytest.raises(RecordError, match=r"sites\.csv: not a file"):
        next(read(tmp_path / "sites.csv"))


VISIT: dict[str, Any] = {"entity": ["ann"], "site": ["s1"], "at": [datetime(2026, 1, 31, tzinfo=UTC)]}

# Parquet columns of the wrong type: (what is wrong, kind, columns, column, part of the message).
TYPES: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("times without a zone", "visits", VISIT | {"at": [datetime(2026, 1, 31)]}, "at", "time without a zone"),
    ("dates for times", "visits", VISIT | {"at": [date(2026, 1, 31)]}, "at", "the type is date"),
    ("numbers for times", "visits", VISIT | {"at": [1289241911]}, "at", "the type is whole number"),
    ("ids with a fraction", "visits", VISIT | {"entity": [1.0]}, "entity", "the type is number"),
    ("ids in lists", "visits", VISIT | {"entity": [["ann"]]}, "entity", "the type is list"),
    ("ids as bytes", "visits", VISIT | {"entity": [b"ann"]}, "entity", "the type is binary"),
    (
        "an index column",
        "visits",
        VISIT | {"__index_level_0__": [0]},
        "__index_level_0__",
        "unknown column",
    ),
    (
        "times of birth",
        "entities",
        {"id": ["a"], "kind": ["person"], "born": VISIT["at"]},
        "born",
        "must be date",
    ),
    ("a missing column", "sites", {"id": ["s1"]}, "category", "missing"),
]


@pytest.mark.parametrize(
    ("kind", "columns", "column", "part"), [case[1:] for case in TYPES], ids=[case[0] for case in TYPES]
)
def test_a_parquet_column_of_the_wrong_type_refuses_the_file(
    kind: str, columns: dict[str, Any], column: str, part: str, tmp_path: Path
) -> None:
    path = tmp_path / f"{kind}.parquet"
    pq.write_table(pa.table(columns), path)
    with pytest.raises(RecordError) as caught:
        next(read(path))
    assert (caught.value.file, caught.value.column) == (str(path), column)
    assert part in str(caught.value)


def test_a_parquet_column_twice_refuses_the_file(tmp_path: Path) -> None:
    path = tmp_path / "sites.parquet"
    texts = pa.array(["x"])
    pq.write_table(pa.Table.from_arrays([texts, texts, texts], names=["id", "category", "id"]), path)
    with pytest.raises(RecordError, match=r"sites\.parquet:id: .*twice"):
        next(read(path))


# Parquet cells: (what is wrong, kind, columns of three rows whose second is bad, column, value, reason).
VISITS = {name: values * 3 for name, values in VISIT.items()} | {"id": ["before", "x", "after"]}
MONEY = {
    "id": ["before", "x", "after"],
    "entity": ["ann"] * 3,
    "product": ["p1"] * 3,
    "at": VISITS["at"],
    "currency": ["CNY"] * 3,
}
CELLS: list[tuple[str, str, Callable[[], dict[str, Any]], str, str, str]] = [
    ("null", "visits", lambda: VISITS | {"entity": ["ann", None, "ann"]}, "entity", "", "empty"),
    ("an empty text", "visits", lambda: VISITS | {"entity": ["ann", "", "ann"]}, "entity", "", "empty"),
    (
        "NUL",
        "visits",
        lambda: VISITS | {"entity": ["ann", "a\0", "ann"]},
        "entity",
        "a\0",
        "control character",
    ),
    (
        "a line break",
        "visits",
        lambda: VISITS | {"site": ["s1", "s\n1", "s1"]},
        "site",
        "s\n1",
        "control character",
    ),
    (
        "a text as time",
        "visits",
        lambda: VISITS | {"at": [AT, "2026-01-31", AT]},
        "at",
        "2026-01-31",
        "without a time",
    ),
    (
        "a time far away",
        "visits",
        lambda: VISITS | {"at": pa.array([0, 9 * 10**15, 0], pa.timestamp("us", "UTC"))},
        "at",
        "2255",
        "between 1970-01-01",
    ),
    (
        "a year of six digits",
        "visits",
        lambda: VISITS | {"at": pa.array([0, 727_536 * 10**12, 0], pa.timestamp("us", "UTC"))},
        "at",
        "25024-",
        "not a time",
    ),
    (
        "NaN",
        "purchases",
        lambda: MONEY | {"amount": [1.5, float("nan"), 2.0]},
        "amount",
        "nan",
        "not a finite",
    ),
    (
        "infinity",
        "purchases",
        lambda: MONEY | {"amount": [1.5, float("inf"), 2.0]},
        "amount",
        "inf",
        "not a finite",
    ),
    (
        "a negative",
        "purchases",
        lambda: MONEY | {"amount": [Decimal(1), Decimal(-1), Decimal(1)]},
        "amount",
        "-1",
        "neg",
    ),
    (
        "text that is not UTF-8",
        "visits",
        lambda: VISITS | {"site": _bytes_as_text([b"s1", b"s\xff", b"s1"])},
        "site",
        r"s\xff",
        "not UTF-8",
    ),
]


def _bytes_as_text(values: list[bytes]) -> pa.Array:
    raw = pa.array(values, pa.binary())
    return pa.Array.from_buffers(pa.string(), len(raw), raw.buffers())


@pytest.mark.parametrize(
    ("kind", "columns", "column", "value", "reason"),
    [case[1:] for case in CELLS],
    ids=[case[0] for case in CELLS],
)
def test_a_bad_parquet_cell_is_named_and_costs_no_other_row(
    kind: str, columns: Callable[[], dict[str, Any]], column: str, value: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / f"{kind}.parquet"
    pq.write_table(pa.table(columns()), path)
    [chunk] = read(path)
    assert [row["id"] for row in chunk.rows] == ["before", "after"]
    [reject] = chunk.rejects
    assert (reject.file, reject.line, reject.column) == (str(path), 2, column)
    assert value in reject.value
    assert reason in reject.reason


def test_a_damaged_parquet_file_gives_the_rows_before_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "products.parquet"
    table = pa.table({"id": [f"p{n}" for n in range(4000)], "category": ["books"] * 4000})
    pq.write_table(table, path, row_group_size=1000, compression="gzip", use_dictionary=False)
    content = bytearray(path.read_bytes())
    place = pq.ParquetFile(path).metadata.row_group(2).column(0).data_page_offset
    content[place + 40 : place + 400] = bytes(360)
    path.write_bytes(content)
    chunks = list(read(path, chunk_rows=1000))
    assert [row["id"] for chunk in chunks for row in chunk.rows] == [f"p{n}" for n in range(2000)]
    [reject] = [reject for chunk in chunks for reject in chunk.rejects]
    assert reject.line == 2001
    assert "damaged here" in reject.reason
