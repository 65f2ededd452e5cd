"""Files become checked rows: what is read, in which form, with which ids, and how much memory it takes."""

import csv
import gzip
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import ParameterError, RecordError
from graph.facts.files import __all__, kind_of, read, write_rejects
from graph.facts.kinds import KINDS
from graph.model import Reject, Row
from tests.conftest import samples

AT = "2026-01-31T09:30:00Z"

# One row of each kind with every column, and what becomes of it.
EXAMPLES: dict[str, tuple[str, Row]] = {
    "entities": (
        "id,kind,name,born,uscc,lei\nacme,organisation,Acme,1999-12-31,91110000600037341l,213800KUD8LAJWSQ9D15\n",
        {
            "id": "acme",
            "kind": "organisation",
            "name": "Acme",
            "born": "1999-12-31",
            "uscc": "91110000600037341L",
            "lei": "213800KUD8LAJWSQ9D15",
        },
    ),
    "products": ("id,category\np1,books\n", {"id": "p1", "category": "books"}),
    "sites": ("id,category\ns1,education\n", {"id": "s1", "category": "education"}),
    "contacts": (
        "id,source,target,at,channel\nc1,ann,bob,2026-01-31T17:30:00.25+08:00,call\n",
        {
            "id": "c1",
            "source": "ann",
            "target": "bob",
            "at": "2026-01-31T09:30:00.250000Z",
            "channel": "call",
        },
    ),
    "obligations": (
        "id,debtor,creditor,kind,amount,currency,due,settled,outcome,zone\n"
        "o1,ann,bob,loan,1250.50,CNY,2026-01-31T00:00Z,2026-02-01 00:00:00-00:30,1,Asia/Kolkata\n",
        {
            "id": "o1",
            "debtor": "ann",
            "creditor": "bob",
            "kind": "loan",
            "amount": 1250.5,
            "currency": "CNY",
            "due": "2026-01-31T00:00:00.000000Z",
            "settled": "2026-02-01T00:30:00.000000Z",
            "outcome": 1.0,
            "zone": "Asia/Kolkata",
        },
    ),
    "payments": (
        "id,obligation,at,amount,currency\ny1,o1,2026-01-31T09:30:00Z,-12.50,EUR\n",
        {
            "id": "y1",
            "obligation": "o1",
            "at": "2026-01-31T09:30:00.000000Z",
            "amount": -12.5,
            "currency": "EUR",
        },
    ),
    "purchases": (
        "id,entity,product,at,amount,currency\nb1,ann,p1,2026-01-31T09:30:00Z,5,EUR\n",
        {
            "id": "b1",
            "entity": "ann",
            "product": "p1",
            "at": "2026-01-31T09:30:00.000000Z",
            "amount": 5.0,
            "currency": "EUR",
        },
    ),
    "visits": (
        "id,entity,site,at\nv1,ann,s1,2026-01-31T09:30:00Z\n",
        {"id": "v1", "entity": "ann", "site": "s1", "at": "2026-01-31T09:30:00.000000Z"},
    ),
    "judgments": (
        "id,entity,court,case_number,amount,currency,issued,due,settled\n"
        "j1,ann,Shanghai First Court,(2026)沪01民初12号,5000,CNY,"
        "2026-01-31T09:30Z,2026-02-28T00:00+08:00,2026-03-01T09:30Z\n",
        {
            "id": "j1",
            "entity": "ann",
            "court": "Shanghai First Court",
            "case_number": "(2026)沪01民初12号",
            "amount": 5000.0,
            "currency": "CNY",
            "issued": "2026-01-31T09:30:00.000000Z",
            "due": "2026-02-27T16:00:00.000000Z",
            "settled": "2026-03-01T09:30:00.000000Z",
        },
    ),
    "memberships": (
        "entity,scheme,at,notice\nann,own-conduct,2026-01-31T09:30:00Z,1 0a1b2c3d\n",
        {
            "entity": "ann",
            "scheme": "own-conduct",
            "at": "2026-01-31T09:30:00.000000Z",
            "notice": "1 0a1b2c3d",
        },
    ),
}


def written(directory: Path, name: str, content: str | bytes) -> Path:
    path = directory / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def parquet(directory: Path, name: str, columns: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(columns), directory / name, **options)
    return directory / name


def rows_of(path: Path, **options: Any) -> list[Row]:
    """All rows of a file in which every row is good."""
    chunks = list(read(path, **options))
    assert [reject for chunk in chunks for reject in chunk.rejects] == []
    return [row for chunk in chunks for row in chunk.rows]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_all_its_columns_in_one_form(kind: str, tmp_path: Path) -> None:
    content, row = EXAMPLES[kind]
    assert list(row) == [column.name for column in KINDS[kind].columns]
    assert rows_of(written(tmp_path, f"{kind}.csv", content)) == [row]


@pytest.mark.parametrize("kind", KINDS)
def test_columns_that_may_be_missing_are_none(kind: str, tmp_path: Path) -> None:
    content, row = EXAMPLES[kind]
    header, line = content.splitlines()
    required = {column.name for column in KINDS[kind].columns if column.required}
    kept = [i for i, name in enumerate(header.split(",")) if name in required]
    cells = [[line.split(",")[i] for i in kept] for line in (header, line)]
    short = written(tmp_path, f"{kind}.csv", "\n".join(map(",".join, cells)))
    [found] = rows_of(short)
    wanted = {name: value if name in required else None for name, value in row.items()}
    if KINDS[kind].prefix:
        assert found.pop("id").startswith(KINDS[kind].prefix)
        wanted.pop("id")
    assert found == wanted


def test_every_column_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "loading.md").read_text(encoding="utf-8")
    for kind, declared in KINDS.items():
        names = [f"`{column.name}{'' if column.required else '?'}`" for column in declared.columns]
        assert f"| `{kind}` | {', '.join(names)} |" in page


def test_empty_cells_are_as_good_as_no_column(tmp_path: Path) -> None:
    with_columns = written(
        tmp_path,
        "obligations.csv",
        'id,debtor,creditor,kind,amount,currency,due,settled,outcome\n,ann,bob,"",,,' + AT + ",,\n",
    )
    without = written(tmp_path, "obligations-2.csv", f"debtor,creditor,due\nann,bob,{AT}\n")
    assert rows_of(with_columns) == rows_of(without)


def test_the_order_of_columns_does_not_matter(tmp_path: Path) -> None:
    usual = written(tmp_path, "visits.csv", f"entity,site,at\nann,s1,{AT}\n")
    other = written(tmp_path, "visits-2.csv", f"at,site,entity\n{AT},s1,ann\n")
    assert rows_of(usual) == rows_of(other)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("contacts.csv", "contacts"),
        ("contacts-2026-01.parquet", "contacts"),
        ("contacts_2026.csv.gz", "contacts"),
        ("Visits.CSV", "visits"),
    ],
)
def test_the_kind_is_what_the_name_begins_with(name: str, kind: str) -> None:
    assert kind_of(Path("somewhere") / name) == kind


@pytest.mark.parametrize("name", ["people.csv", "contactsheet.csv", "my-contacts.csv"])
def test_a_name_that_begins_with_no_kind_is_an_error(name: str) -> None:
    with pytest.raises(RecordError, match=rf"{name}.*entities, products, sites, contacts"):
        kind_of(Path(name))


def test_the_kind_can_be_given(tmp_path: Path) -> None:
    path = written(tmp_path, "export.csv", f"entity,site,at\nann,s1,{AT}\n")
    assert [chunk.kind for chunk in read(path, "visits")] == ["visits"]


def test_a_name_without_an_ending_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"contacts: not CSV, JSON, XML"):
        next(read(written(tmp_path, "contacts", EXAMPLES["contacts"][0])))


def test_a_chunk_of_no_rows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="at least 1"):
        next(read(tmp_path / "visits.csv", chunk_rows=0))


def test_a_kind_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"'visit'.*visits"):
        next(read(tmp_path / "visits.csv", "visit"))


def test_a_mark_crlf_quotes_empty_lines_and_no_last_newline_are_accepted(tmp_path: Path) -> None:
    content = '\ufeffid,kind,name\r\n\r\np1,person,"Ann, ""old"""\r\n\n"p2",person,Bob\np3,person,Cat'
    chunks = list(read(written(tmp_path, "entities.csv", content)))
    assert [(row["id"], row["name"]) for row in chunks[0].rows] == [
        ("p1", 'Ann, "old"'),
        ("p2", "Bob"),
        ("p3", "Cat"),
    ]
    assert chunks[0].lines == [3, 5, 6]
    assert chunks[0].read == 3


def test_a_header_alone_is_a_file_without_rows(tmp_path: Path) -> None:
    assert list(read(written(tmp_path, "products.csv", "id,category\n"))) == []
    nothing = {"id": pa.array([], pa.string()), "category": pa.array([], pa.string())}
    assert list(read(parquet(tmp_path, "products.parquet", nothing))) == []


def test_gzip_is_read_like_the_plain_file(tmp_path: Path) -> None:
    content = EXAMPLES["contacts"][0]
    packed = written(tmp_path, "contacts.csv.gz", gzip.compress(content.encode()))
    assert rows_of(packed) == rows_of(written(tmp_path, "contacts.csv", content))


@pytest.mark.parametrize("tail", [b"", b"junk after the end"])
def test_a_gzip_file_that_breaks_off_gives_every_whole_line_before_the_break(tail: bytes, tmp_path: Path) -> None:
    lines = [f"p{number},person,{number * 7919 % 10_007}" for number in range(30_000)]
    packed = gzip.compress("\n".join(["id,kind,name", *lines, ""]).encode())
    cut = packed + tail if tail else packed[: len(packed) // 2]
    chunks = list(read(written(tmp_path, "entities.csv.gz", cut)))
    rows = [f"{row['id']},{row['kind']},{row['name']}" for chunk in chunks for row in chunk.rows]
    rejects = [reject for chunk in chunks for reject in chunk.rejects]
    assert rows == lines[: len(rows)]
    assert len(rows) > 10_000
    assert [(reject.line, reject.column) for reject in rejects] == [(len(rows) + 2, "")]
    assert "breaks off here" in rejects[0].reason
    assert sum(chunk.read for chunk in chunks) == len(rows) + 1


def test_chunks_are_consecutive_and_count_what_they_account_for(tmp_path: Path) -> None:
    lines = [f"p{number},books" if number % 4 else f"p{number}," for number in range(10)]
    path = written(tmp_path, "products.csv", "\n".join(["id,category", *lines]))
    chunks = list(read(path, chunk_rows=4))
    assert [chunk.lines for chunk in chunks] == [[3, 4, 5], [7, 8, 9], [11]]
    assert [[reject.line for reject in chunk.rejects] for chunk in chunks] == [[2], [6], [10]]
    assert [chunk.read for chunk in chunks] == [4, 4, 2]
    assert {chunk.file for chunk in chunks} == {str(path)}


def test_parquet_is_read_like_csv(tmp_path: Path) -> None:
    columns = {
        "id": pa.array([1, None], pa.int64()),
        "debtor": pa.array(["ann", "bob"]).dictionary_encode(),
        "creditor": pa.array(["bob", "ann"], pa.large_string()),
        "amount": pa.array([Decimal("1250.50"), None]),
        "currency": ["CNY", None],
        "due": pa.array([datetime(2026, 1, 31, 17, 30, tzinfo=timezone(timedelta(hours=8)))] * 2),
        "outcome": pa.array([0.1, None]),
    }
    csv_file = written(
        tmp_path,
        "obligations.csv",
        f"id,debtor,creditor,amount,currency,due,outcome\n1,ann,bob,1250.5,CNY,{AT},0.1\n,bob,ann,,,{AT},\n",
    )
    assert rows_of(parquet(tmp_path, "obligations.parquet", columns)) == rows_of(csv_file)


def test_parquet_dates_are_dates_of_birth(tmp_path: Path) -> None:
    columns = {"id": ["ann"], "kind": ["person"], "born": [date(1990, 12, 31)]}
    assert rows_of(parquet(tmp_path, "entities.parquet", columns))[0]["born"] == "1990-12-31"


def test_parquet_lines_are_row_numbers(tmp_path: Path) -> None:
    columns = {"id": ["p1", None, "p3"], "category": ["books", "games", "tools"]}
    [chunk] = read(parquet(tmp_path, "products.parquet", columns))
    assert chunk.lines == [1, 3]
    assert [(reject.line, reject.column, reject.reason) for reject in chunk.rejects] == [(2, "id", "empty")]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parquet_times_are_read_in_every_unit(unit: str, tmp_path: Path) -> None:
    at = pa.array([datetime(2026, 1, 31, 9, 30, tzinfo=UTC)]).cast(pa.timestamp(unit, "Asia/Shanghai"))
    columns = {"entity": ["ann"], "site": ["s1"], "at": at}
    assert rows_of(parquet(tmp_path, "visits.parquet", columns))[0]["at"] == "2026-01-31T09:30:00.000000Z"


def test_digits_below_a_microsecond_are_dropped(tmp_path: Path) -> None:
    path = written(tmp_path, "visits.csv", "entity,site,at\nann,s1,2026-01-31T09:30:00.123456789Z\n")
    assert rows_of(path)[0]["at"] == "2026-01-31T09:30:00.123456Z"


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "2200-01-01T00:00:00Z", "2024-02-29T00:00:00Z"])
def test_the_ends_of_the_range_of_times_are_good(at: str, tmp_path: Path) -> None:
    path = written(tmp_path, "visits.csv", f"entity,site,at\nann,s1,{at}\n")
    assert rows_of(path)[0]["at"] == at.replace("Z", ".000000Z")


@pytest.mark.parametrize("settled", ["", AT, "2020-01-01T00:00:00Z"])
def test_an_outcome_may_be_given_with_a_settlement(settled: str, tmp_path: Path) -> None:
    content = f"debtor,creditor,due,settled,outcome\nann,bob,{AT},{settled},0.5\n"
    assert rows_of(written(tmp_path, "obligations.csv", content))[0]["outcome"] == 0.5


def test_a_repeat_of_a_row_is_kept_once(tmp_path: Path) -> None:
    # The second line says the same instant in another zone.
    content = "id,entity,site,at\nv1,ann,s1,2026-01-31T09:30:00Z\nv1,ann,s1,2026-01-31T17:30:00+08:00\n"
    [chunk] = read(written(tmp_path, "visits.csv", content))
    assert (len(chunk.rows), chunk.lines, chunk.rejects, chunk.read) == (1, [2], [], 2)


def test_the_first_good_row_of_an_id_is_kept_and_later_ones_that_differ_are_rejected(tmp_path: Path) -> None:
    content = "id,category\np1,\np1,books\np2,books\np1,games\np1,books\np1,games\n"
    [chunk] = read(written(tmp_path, "products.csv", content))
    assert [(row["id"], row["category"]) for row in chunk.rows] == [("p1", "books"), ("p2", "books")]
    assert [(reject.line, reject.column) for reject in chunk.rejects] == [
        (2, "category"),
        (5, "id"),
        (7, "id"),
    ]
    assert "line 3" in chunk.rejects[1].reason


def test_of_two_rows_that_one_derived_id_stands_for_the_later_is_rejected_if_it_says_something_else(
    tmp_path: Path,
) -> None:
    content = "entity,court,case_number,amount,currency,issued,due\n" + "".join(
        f"ann,Court,7,{amount},EUR,{AT},{AT}\n" for amount in (1.5, 2.5, 1.5)
    )
    [chunk] = read(written(tmp_path, "judgments.csv", content))
    assert [row["amount"] for row in chunk.rows] == [1.5]
    [reject] = chunk.rejects
    assert (reject.line, reject.column, reject.value) == (3, "case_number", "7")
    assert "line 2 says something else" in reject.reason


def test_a_membership_is_named_by_its_scheme_and_entity(tmp_path: Path) -> None:
    content = f"entity,scheme,at,notice\nann,a,{AT},1\nann,b,{AT},1\nann,a,{AT},2\n"
    [chunk] = read(written(tmp_path, "memberships.csv", content))
    assert [(row["scheme"], row["entity"]) for row in chunk.rows] == [("a", "ann"), ("b", "ann")]
    assert [reject.line for reject in chunk.rejects] == [4]
    assert KINDS["memberships"].key == ("scheme", "entity")


def test_equal_rows_without_ids_get_different_ids_and_the_same_ones_again(tmp_path: Path) -> None:
    path = written(tmp_path, "visits.csv", "entity,site,at\n" + f"ann,s1,{AT}\n" * 5 + f"bob,s1,{AT}\n")
    ids = [row["id"] for row in rows_of(path)]
    assert len(set(ids)) == 6
    assert all(len(each) == len("v-") + 32 and each.startswith("v-") for each in ids)
    assert [row["id"] for row in rows_of(path, chunk_rows=2)] == ids


def test_a_derived_id_does_not_depend_on_how_the_content_is_written(tmp_path: Path) -> None:
    one = f"entity,product,at,amount,currency\nann,p1,{AT},5,EUR\n"
    other = '"at",product,entity,amount,currency\n2026-01-31 17:30:00.000+0800,p1,ann,5.0e0,EUR\n'
    assert rows_of(written(tmp_path, "purchases.csv", one)) == rows_of(written(tmp_path, "purchases-2.csv", other))


def test_derived_ids_stay_as_they_are(tmp_path: Path) -> None:
    """A change of these would load every file without ids a second time. From sha256sum:

    printf 'v-ann\\x1fs1\\x1f2026-01-31T09:30:00.000000Z\\x1f1' | sha256sum | cut -c 1-32
    """
    path = written(tmp_path, "visits.csv", f"entity,site,at\nann,s1,{AT}\n")
    assert [row["id"] for row in rows_of(path)] == ["v-df9f4e2a9257594dafa0eb9085a848aa"]


def test_rows_with_an_id_do_not_count_among_equal_rows(tmp_path: Path) -> None:
    mixed = written(tmp_path, "visits.csv", f"id,entity,site,at\nv1,ann,s1,{AT}\n,ann,s1,{AT}\n")
    alone = written(tmp_path, "visits-2.csv", f"entity,site,at\nann,s1,{AT}\n")
    assert [row["id"] for row in rows_of(mixed)] == ["v1", rows_of(alone)[0]["id"]]


# What a file may hold, line by line: the text, and whether it is a row.
_names = st.sampled_from(["ann", "bob", "Zoë", "王芳", "o'neill", '"a, ""b"""'])
_times = st.sampled_from([AT, "2026-01-31 17:30:00+08:00", "1999-12-31T23:59:59.5Z"])
_good = st.tuples(_names, _names, _times, st.sampled_from(["", "call", '"call"'])).filter(
    lambda cells: cells[0] != cells[1]
)
_bad = st.sampled_from(
    [
        ("", "bob", AT, ""),
        ("ann", "ann", AT, ""),
        ("ann", "bob", "yesterday", ""),
        ("ann", "bob", "2026-01-31", "call"),
        ("ann", "bob", AT, "call", "more"),
        ("ann", "bob", AT),
        ("ann", "b\0b", AT, "call"),
        ("ann", "bob\rbob", AT, "call"),
        ("ann", "bob ", AT, "call"),
        ("\udcff", "bob", AT, "call"),
    ]
)
_lines = st.lists(
    st.one_of(
        st.tuples(_good.map(",".join), st.just(True)),
        st.tuples(_bad.map(",".join), st.just(False)),
        st.tuples(st.just(""), st.none()),
    ),
    max_size=40,
)


def outcome_of(path: Path, chunk_rows: int) -> tuple[list[tuple[int, Row]], list[Reject], int]:
    chunks = list(read(path, chunk_rows=chunk_rows))
    rows = [pair for chunk in chunks for pair in zip(chunk.lines, chunk.rows, strict=True)]
    return rows, [reject for chunk in chunks for reject in chunk.rejects], sum(chunk.read for chunk in chunks)


@settings(max_examples=samples(30, 60))
@given(lines=_lines, ending=st.sampled_from(["\n", "\r\n"]), last=st.booleans(), chunk_rows=st.integers(1, 9))
def test_every_line_is_a_row_or_a_reject_whatever_the_chunks(
    lines: Sequence[tuple[str, bool | None]],
    ending: str,
    last: bool,
    chunk_rows: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    text = ending.join(["source,target,at,channel", *(line for line, _ in lines)]) + ending * last
    path = written(tmp_path_factory.mktemp("law"), "contacts.csv", text.encode("utf-8", errors="surrogateescape"))
    rows, rejects, count = outcome_of(path, 10_000)
    assert [line for line, _ in rows] == [n for n, (_, good) in enumerate(lines, start=2) if good]
    assert [reject.line for reject in rejects] == [
        n for n, (_, good) in enumerate(lines, start=2) if good is False
    ]
    assert count == len(rows) + len(rejects)
    assert len({row["id"] for _, row in rows}) == len(rows)
    assert outcome_of(path, chunk_rows) == (rows, rejects, count)


@settings(max_examples=samples(60, 150))
@given(
    noise=st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.text('ab,"\r \0\n', max_size=12).map(str.encode),
            st.just(f"ann,bob,{AT},x".encode()),
        ),
        max_size=20,
    ),
    chunk_rows=st.integers(1, 5),
)
def test_no_line_is_lost_whatever_bytes_a_file_holds(
    noise: list[bytes], chunk_rows: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    body = b"\n".join(noise)
    path = written(tmp_path_factory.mktemp("noise"), "contacts.csv", b"source,target,at,channel\n" + body)
    wanted = [n for n, line in enumerate(body.split(b"\n"), start=2) if line.strip(b"\r")]
    refused: int | None = None
    try:
        rows, rejects, count = outcome_of(path, chunk_rows)
    except RecordError as error:  # the quotes leave a choice
        refused = error.line or 0
    if refused is not None:
        assert b'"' in b"\n".join([b"", b"", *noise]).split(b"\n")[refused]
        return
    found = sorted([line for line, _ in rows] + [reject.line for reject in rejects])
    assert outcome_of(path, 10_000) == (rows, rejects, count)
    if b'"' in body:  # a record may have several lines
        assert set(found) <= set(wanted)
        assert count == len(found)
        return
    assert sorted([line for line, _ in rows] + [reject.line for reject in rejects]) == wanted
    assert count == len(wanted)


def test_rejects_are_written_as_csv(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    rejects = [
        Reject("contacts.csv", 2, "at", "yesterday, about noon", "not a time"),
        Reject("contacts.csv", 9, "", 'a "quote', "a quote is opened and not closed on this line"),
    ]
    with write_rejects(path) as write:
        write(rejects[:1])
        write(rejects[1:])
        assert not path.exists()
    with path.open(newline="") as stream:
        header, *lines = csv.reader(stream)
    assert header == ["file", "line", "column", "value", "reason"]
    assert [Reject(file, int(line), *rest) for file, line, *rest in lines] == rejects
    assert list(tmp_path.iterdir()) == [path]


def test_without_rejects_no_file_is_made(tmp_path: Path) -> None:
    with write_rejects(tmp_path / "rejects.csv") as write:
        write([])
    assert list(tmp_path.iterdir()) == []


def test_a_load_that_fails_leaves_no_half_of_a_rejects_file(tmp_path: Path) -> None:
    def load() -> None:
        with write_rejects(tmp_path / "rejects.csv") as write:
            write([Reject("contacts.csv", 2, "at", "", "empty")])
            raise InterruptedError

    with pytest.raises(InterruptedError):
        load()
    assert list(tmp_path.iterdir()) == []


def test_a_rejects_file_in_no_directory_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="nowhere"), write_rejects(tmp_path / "nowhere" / "r.csv"):
        pass


def test_rejects_never_replace_a_directory(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    path.mkdir()
    with pytest.raises(ParameterError, match=r"rejects\.csv"), write_rejects(path) as write:
        write([Reject("contacts.csv", 2, "at", "", "empty")])
    assert list(tmp_path.iterdir()) == [path]


def test_the_help_of_commands_does_without_pandas() -> None:
    code = "import sys, graph.cli; print({'pandas', 'pyarrow', 'graph.facts.files'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"


def test_the_room_shows_what_callers_use() -> None:
    assert set(__all__) == {"ENDINGS", "Prefix", "is_lock", "is_rejects", "kind_of", "read", "write_rejects"}


# The highest memory so far, after each file.
PEAK = """
import sys
from graph.facts.files import read
for path in sys.argv[1:]:
    count = sum(len(chunk.rows) for chunk in read(path))
    status = open("/proc/self/status").read()
    print(count, status.partition("VmHWM:")[2].split()[0])
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from Linux' /proc")
@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "parquet"])
def test_memory_does_not_grow_with_the_file(suffix: str, tmp_path: Path) -> None:
    """Held whole, 270,000 rows more would take some 150 MB more, and 120,000 some 65 MB."""
    few, many = 30_000, samples(150_000, 300_000)
    files = []
    for count in (few, many):
        path = tmp_path / f"visits-{count}.{suffix}"
        at = [f"2026-01-{n % 28 + 1:02d}T{n % 24:02d}:30:00Z" for n in range(count)]
        columns = {"entity": [f"entity-{n * 7919 % 100_003}" for n in range(count)], "at": at}
        columns["site"] = [f"site-{n % 1009}" for n in range(count)]
        if suffix == "parquet":
            parquet(tmp_path, path.name, columns, row_group_size=count)
        else:
            lines = map(",".join, zip(*columns.values(), strict=True))
            content = "\n".join([",".join(columns), *lines]).encode()
            path.write_bytes(gzip.compress(content, 1) if suffix == "csv.gz" else content)
        files.append(str(path))
    run = [sys.executable, "-c", PEAK, *files]
    told = subprocess.run(run, check=True, capture_output=True, text=True).stdout.splitlines()
    (rows, before), (more, after) = (map(int, line.split()) for line in told)
    assert (rows, more) == (few, many)
    assert after - before < samples(25, 40) * 1024
