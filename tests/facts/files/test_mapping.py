"""Mapping files: what they may say, what is refused, and what becomes of somebody else's rows."""

import gzip
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import NotFound, ParameterError, RecordError, SchemeInvalid
from graph.facts.files import mapping, read
from graph.facts.files.mapping import Mapping
from graph.model import Chunk

DATA = Path(__file__).parents[3].parent / "shared" / "data"
AT = "2026-01-31T09:30:00.000000Z"

VISITS = """
about = "Who was where"
[visits]
entity = { column = "who" }
site = { column = "where" }
at = { column = "when" }
"""


def visits(**cells: str) -> Mapping:
    """A mapping of visits with these cells in place of its own, each the inside of a TOML table."""
    own = {"entity": 'column = "who"', "site": 'value = "s1"', "at": f'value = "{AT}"'} | cells
    lines = [f"{name} = {{ {cell} }}" for name, cell in own.items() if name != "where"]
    where = [f"where = [{cells['where']}]"] if "where" in cells else []
    return mapping.parse("\n".join(['about = "a test"', "[visits]", *where, *lines]), "test.toml")


def loaded(directory: Path, content: str, adapter: Mapping | str, **options: Any) -> list[Chunk]:
    path = directory / "export.csv"
    path.write_bytes(content.encode())
    return list(read(path, mapping=adapter, **options))


def column(chunks: list[Chunk], kind: str, name: str) -> list[Any]:
    return [row[name] for chunk in chunks if chunk.kind == kind for row in chunk.rows]


def rejects(chunks: list[Chunk]) -> list[tuple[str, int, str, str]]:
    return [(c.kind, each.line, each.column, each.value) for c in chunks for each in c.rejects]


def test_columns_are_renamed_and_others_ignored(tmp_path: Path) -> None:
    content = f"when,mood,who,where\n{AT},good,ann,s1\n"
    chunks = loaded(tmp_path, content, mapping.parse(VISITS, "test.toml"))
    assert column(chunks, "visits", "entity") == ["ann"]
    assert column(chunks, "visits", "site") == ["s1"]


def test_a_prefix_is_put_before_what_is_there(tmp_path: Path) -> None:
    chunks = loaded(tmp_path, "who,x\n7,1\n,2\n", visits(entity='column = "who", prefix = "p-"'))
    assert column(chunks, "visits", "entity") == ["p-7"]
    assert rejects(chunks) == [("visits", 3, "who", "")]


def test_a_constant_is_in_every_row(tmp_path: Path) -> None:
    chunks = loaded(tmp_path, "who\nann\nbob\n", visits(site="value = 7"))
    assert column(chunks, "visits", "site") == ["7", "7"]


@pytest.mark.parametrize(
    ("cell", "written", "at"),
    [
        ("seconds_since = 1970-01-01T00:00:00Z", "1289241911.72836", "2010-11-08T18:45:11.728360Z"),
        ("seconds_since = 1970-01-01T00:00:00Z", "0", "1970-01-01T00:00:00.000000Z"),
        ("seconds_since = 1970-01-01T00:00:00Z", "1.289241911e9", "2010-11-08T18:45:11.000000Z"),
        ("seconds_since = 1900-01-01T00:00:00Z", "3498230711", "2010-11-08T18:45:11.000000Z"),
        ("seconds_since = 2014-01-06T00:00:00+01:00", "184", "2014-01-05T23:03:04.000000Z"),
        ("milliseconds_since = 1970-01-01T00:00:00Z", "1289241911728", "2010-11-08T18:45:11.728000Z"),
        ('zone = "Europe/Copenhagen"', "2026-01-31 10:30:00", AT),
        ('zone = "Europe/Copenhagen"', "2026-07-31T11:30", "2026-07-31T09:30:00.000000Z"),
        ('zone = "Asia/Shanghai"', "2026-01-31 17:30:00.5", "2026-01-31T09:30:00.500000Z"),
        ('zone = "Europe/Copenhagen"', "2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00.000000Z"),
        ('zone = "Europe/Copenhagen"', "2026-10-25 00:30:00Z", "2026-10-25T00:30:00.000000Z"),
    ],
)
def test_times_are_read_as_the_mapping_says(cell: str, written: str, at: str, tmp_path: Path) -> None:
    chunks = loaded(tmp_path, f"who,when\nann,{written}\n", visits(at=f'column = "when", {cell}'))
    assert column(chunks, "visits", "at") == [at]


@pytest.mark.parametrize(
    ("cell", "written", "reason"),
    [
        ("seconds_since = 1970-01-01T00:00:00Z", "noon", "not a number of seconds"),
        ("seconds_since = 1970-01-01T00:00:00Z", "2026-01-31", "not a number of seconds"),
        ("seconds_since = 1970-01-01T00:00:00Z", "1e300", "not a number of seconds"),
        ("seconds_since = 1970-01-01T00:00:00Z", "-1", "between 1970-01-01"),
        # Milliseconds that were taken for seconds.
        ("seconds_since = 1970-01-01T00:00:00Z", "1289241911728", "not a number of seconds"),
        ("milliseconds_since = 1970-01-01T00:00:00Z", "", "empty"),
        ('zone = "Europe/Copenhagen"', "2026-03-29 02:30:00", "skips or has twice"),
        ('zone = "Europe/Copenhagen"', "2026-10-25 02:30:00", "skips or has twice"),
        ('zone = "Europe/Copenhagen"', "2026-01-31", "a date without a time"),
        ('zone = "Europe/Copenhagen"', "2026-02-30 02:30:00", "no such local time"),
        ('zone = "Europe/Copenhagen"', "1969-12-31 23:30:00", "between 1970-01-01"),
        ('zone = "Europe/Copenhagen"', "0001-01-01 00:00:00", "no such local time"),
    ],
)
def test_a_time_that_does_not_fit_is_rejected_as_it_is_written(
    cell: str, written: str, reason: str, tmp_path: Path
) -> None:
    chunks = loaded(tmp_path, f"who,when\nann,{written}\n", visits(at=f'column = "when", {cell}'))
    assert rejects(chunks) == [("visits", 2, "when", written)]
    assert reason in chunks[0].rejects[0].reason


@settings(max_examples=20)
@given(times=st.lists(st.integers(0, 7_258_118_400_000_000), min_size=1, max_size=50))
def test_seconds_with_a_fraction_are_exact_to_the_microsecond(
    times: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    adapter = visits(at='column = "when", seconds_since = 1970-01-01T00:00:00Z')
    written = [f"ann,{each // 1_000_000}.{each % 1_000_000:06d}" for each in times]
    chunks = loaded(tmp_path_factory.mktemp("times"), "\n".join(["who,when", *written, ""]), adapter)
    instants = [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=each) for each in times]
    assert column(chunks, "visits", "at") == [at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") for at in instants]


SCALED = """
about = "Ratings"
[obligations]
debtor = { value = "ann" }
creditor = { value = "bob" }
due = { value = "2026-01-31T09:30:00Z" }
outcome = { column = "rating", from = [-10, 10], to = [0, 1] }
"""


def test_numbers_are_scaled_from_one_range_to_another(tmp_path: Path) -> None:
    adapter = mapping.parse(SCALED, "test.toml")
    content = "\n".join(["rating", *map(str, range(-10, 11)), "0.5"])
    wanted = [float(Fraction(rating + 10, 20)) for rating in range(-10, 11)]
    assert column(loaded(tmp_path, content, adapter), "obligations", "outcome") == [*wanted, 0.525]


@pytest.mark.parametrize(("rating", "reason"), [("11", "outside 0 to 1"), ("great", "not a number")])
def test_a_number_that_cannot_be_scaled_is_rejected_as_it_is_written(
    rating: str, reason: str, tmp_path: Path
) -> None:
    chunks = loaded(tmp_path, f"rating\n5\n{rating}\n", mapping.parse(SCALED, "test.toml"))
    assert rejects(chunks) == [("obligations", 3, "rating", rating)]
    assert chunks[0].rejects[0].reason == reason


@pytest.mark.parametrize(
    ("where", "who"),
    [
        ('{ column = "n", above = 2 }', ["c"]),
        ('{ column = "n", at_least = 2 }', ["b", "c"]),
        ('{ column = "n", below = 2 }', ["a"]),
        ('{ column = "n", at_most = 2.0 }', ["a", "b"]),
        ('{ column = "n", equals = 2 }', ["b"]),
        ('{ column = "n", other_than = 2 }', ["a", "c", "d"]),
        ('{ column = "n", equals = "2.0" }', ["b"]),
        ('{ column = "who", other_than = "b" }', ["a", "c", "d"]),
        ('{ column = "n", above = 1, below = 3 }', ["b"]),
        ('{ column = "n", above = 1 }, { column = "who", other_than = "c" }', ["b"]),
    ],
)
def test_rows_are_taken_where_every_comparison_holds(where: str, who: list[str], tmp_path: Path) -> None:
    chunks = loaded(tmp_path, "who,n\na,1\nb,2.0\nc,3\nd,\n", visits(where=where))
    assert column(chunks, "visits", "entity") == who
    assert rejects(chunks) == []
    assert [chunk.read for chunk in chunks] == [4]
    assert [line for chunk in chunks for line in chunk.lines] == ["abcd".index(each) + 2 for each in who]


def test_a_row_is_rejected_where_a_number_decides_and_none_is_written(tmp_path: Path) -> None:
    where = '{ column = "n", above = 1 }, { column = "who", other_than = "c" }'
    chunks = loaded(tmp_path, "who,n\na,2\nb,many\nc,many\n", visits(where=where))
    assert column(chunks, "visits", "entity") == ["a"]
    assert rejects(chunks) == [("visits", 3, "n", "many")]


PAIRS = """
about = "Calls"
header = ["caller", "called", "when"]
separator = ";"
[contacts]
source = { column = "caller", prefix = "n-" }
target = { column = "called", prefix = "n-" }
at = { column = "when", seconds_since = 1970-01-01T00:00:00Z }
[entities]
id = { columns = ["caller", "called"], prefix = "n-" }
kind = { value = "person" }
"""


def test_entities_are_taken_from_the_columns_that_name_them_and_come_first(tmp_path: Path) -> None:
    chunks = loaded(tmp_path, "1;2;5\n3;1;6\n2;1;7\n4;1;8\n", mapping.parse(PAIRS, "test.toml"), chunk_rows=3)
    assert [chunk.kind for chunk in chunks] == ["entities", "contacts"] * 2
    assert [[row["id"] for row in chunk.rows] for chunk in chunks[::2]] == [["n-1", "n-2", "n-3"], ["n-4", "n-1"]]
    assert [chunk.lines for chunk in chunks] == [[1, 1, 2], [1, 2, 3], [4, 4], [4]]
    assert [chunk.read for chunk in chunks] == [3, 3, 1, 1]


def test_one_kind_of_a_mapping_can_be_read_alone(tmp_path: Path) -> None:
    adapter = mapping.parse(PAIRS, "test.toml")
    alone = loaded(tmp_path, "1;2;5\n3;1;6\n", adapter, kind="contacts")
    both = loaded(tmp_path, "1;2;5\n3;1;6\n", adapter)
    assert alone == both[1:]
    with pytest.raises(ParameterError, match="takes no visits"):
        loaded(tmp_path, "1;2;5\n", adapter, kind="visits")


def test_every_bad_cell_is_named_by_its_own_column(tmp_path: Path) -> None:
    chunks = loaded(tmp_path, "1;2;5\n;2;5\n1;x\u200by;5\n1;1;5\n1;2;now\n", mapping.parse(PAIRS, "test.toml"))
    assert rejects(chunks) == [
        ("entities", 2, "caller", ""),
        ("entities", 3, "called", "x\u200by"),
        ("contacts", 2, "caller", ""),
        ("contacts", 3, "called", "x\u200by"),
        ("contacts", 4, "called", "1"),
        ("contacts", 5, "when", "now"),
    ]
    assert column(chunks, "entities", "id") == ["n-1", "n-2"]


def test_a_line_that_is_no_record_is_rejected_once(tmp_path: Path) -> None:
    chunks = loaded(tmp_path, "1;2;5\n1;2\n\n2;1;6\n", mapping.parse(PAIRS, "test.toml"))
    assert rejects(chunks) == [("entities", 2, "", "1;2")]
    assert [(chunk.kind, chunk.read, len(chunk.rows)) for chunk in chunks] == [
        ("entities", 3, 2),
        ("contacts", 2, 2),
    ]


def test_a_packed_file_of_constants_only_is_counted_by_its_lines(tmp_path: Path) -> None:
    adapter = visits(entity='value = "ann"')
    (tmp_path / "export.csv.gz").write_bytes(gzip.compress(b"who\nx\ny\n"))
    [chunk] = read(tmp_path / "export.csv.gz", mapping=adapter)
    assert len(chunk.rows) == len({row["id"] for row in chunk.rows}) == 2


def test_derived_ids_do_not_depend_on_the_chunks(tmp_path: Path) -> None:
    adapter = mapping.parse(PAIRS, "test.toml")
    content = "1;2;5\n" * 4 + "2;1;5\n"
    whole = column(loaded(tmp_path, content, adapter), "contacts", "id")
    assert len(set(whole)) == 5
    assert column(loaded(tmp_path, content, adapter, chunk_rows=1), "contacts", "id") == whole


def test_a_parquet_file_is_mapped_whatever_its_types(tmp_path: Path) -> None:
    columns = {
        "who": [7, 8],
        "when": [datetime(2026, 1, 31, 10, 30), datetime(2026, 7, 31, 11, 30)],
        "n": [0.5, 1.5],
        "day": [date(2026, 1, 31)] * 2,
        "list": [[1], [2]],
    }
    pq.write_table(pa.table(columns), tmp_path / "export.parquet")
    adapter = visits(
        entity='column = "who", prefix = "p-"',
        at='column = "when", zone = "Europe/Copenhagen"',
        site='column = "day"',
        where='{ column = "n", above = 1 }',
    )
    chunks = list(read(tmp_path / "export.parquet", mapping=adapter))
    assert column(chunks, "visits", "entity") == ["p-8"]
    assert column(chunks, "visits", "at") == ["2026-07-31T09:30:00.000000Z"]
    assert column(chunks, "visits", "site") == ["2026-01-31"]
    with pytest.raises(RecordError, match=r"export\.parquet:list: the type is list"):
        list(read(tmp_path / "export.parquet", mapping=visits(entity='column = "list"')))


def test_a_column_that_the_file_lacks_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"export\.csv:1:who: a column is missing"):
        loaded(tmp_path, "whom\nann\n", visits())


def test_an_empty_file_is_an_error_also_without_a_header(tmp_path: Path) -> None:
    for content in ("", "\n\n"):
        with pytest.raises(RecordError, match="an empty file"):
            loaded(tmp_path, content, mapping.parse(PAIRS, "test.toml"))


# (what is wrong, what is replaced in VISITS, by what, key, part of the message)
INVALID = [
    ("no TOML", "[visits]", "[visits", "", "not TOML"),
    ("nothing about it", 'about = "Who was where"', "", "about", "missing key"),
    ("an unknown key", "[visits]", 'colour = "red"\n[visits]', "colour", "unknown key"),
    ("an unknown kind", "[visits]", "[calls]", "calls", "unknown key"),
    ("a kind that is no table", "[visits]", "sites = 3\n[visits]", "sites", "must be a table"),
    ("no kind", VISITS, 'about = "Nothing"', "", "no rows are taken"),
    (
        "an unknown column of ours",
        "entity =",
        'mood = { column = "m" }\nentity =',
        "visits.mood",
        "no such column",
    ),
    ("a missing column of ours", 'site = { column = "where" }', "", "visits.site", "missing"),
    ("a cell that is no table", '{ column = "who" }', '"who"', "visits.entity", "Expected `object`"),
    (
        "an unknown key of a cell",
        '{ column = "who" }',
        '{ column = "who", colour = true }',
        "visits.entity.colour",
        "unknown",
    ),
    ("a cell from nowhere", '{ column = "who" }', "{ }", "visits.entity", "exactly one of"),
    (
        "a cell from two places",
        '{ column = "who" }',
        '{ column = "who", value = 1 }',
        "visits.entity",
        "exactly one",
    ),
    ("a column that is no text", '{ column = "who" }', "{ column = 1 }", "visits.entity.column", "Expected `str`"),
    ("an empty prefix", '"who" }', '"who", prefix = "" }', "visits.entity.prefix", "length >= 1"),
    (
        "a constant with a prefix",
        '{ column = "who" }',
        '{ value = "a", prefix = "b" }',
        "visits.entity",
        "nothing is done to a value: prefix",
    ),
    ("a constant that is true", '{ column = "who" }', "{ value = true }", "visits.entity.value", "Expected"),
    (
        "several columns for one",
        '{ column = "who" }',
        '{ columns = ["a", "b"] }',
        "visits.entity",
        "only name the id",
    ),
    ("a range without its end", '"when" }', '"when", from = [0, 1] }', "visits.at", "need each other"),
    (
        "a range of one number",
        '"when" }',
        '"when", from = [1, 1], to = [0, 1] }',
        "visits.at",
        "two different numbers",
    ),
    ("a range of three", '"when" }', '"when", from = [1, 2, 3], to = [0, 1] }', "visits.at.from", "length 2"),
    (
        "an endless range",
        '"when" }',
        '"when", from = [0, inf], to = [0, 1] }',
        "visits.at.from[1]",
        "Expected `float`",
    ),
    (
        "an origin without a zone",
        '"when" }',
        '"when", seconds_since = 1970-01-01T00:00:00 }',
        "visits.at.seconds_since",
        "timezone",
    ),
    (
        "an origin that is a day",
        '"when" }',
        '"when", seconds_since = 1970-01-01 }',
        "visits.at.seconds_since",
        "Expected",
    ),
    (
        "a zone that is none",
        '"when" }',
        '"when", zone = "Mars/Olympus" }',
        "visits.at",
        "no such zone: 'Mars/Olympus'",
    ),
    ("a zone that is a path", '"when" }', '"when", zone = "../UTC" }', "visits.at", "no such zone"),
    (
        "two readings of a time",
        '"when" }',
        '"when", zone = "UTC", prefix = "x" }',
        "visits.at",
        "prefix makes a text, and zone",
    ),
    (
        "a comparison with nothing",
        "entity =",
        'where = [{ column = "n" }]\nentity =',
        "visits.where[0]",
        "nothing to compare",
    ),
    (
        "a comparison of an unknown sort",
        "entity =",
        'where = [{ column = "n", like = 1 }]\nentity =',
        "visits.where[0].like",
        "unknown",
    ),
    (
        "a text above which nothing is",
        "entity =",
        'where = [{ column = "n", above = "1" }]\nentity =',
        "visits.where[0].above",
        "Expected `float`",
    ),
    (
        "a filter that is no list",
        "entity =",
        'where = { column = "n", above = 1 }\nentity =',
        "visits.where",
        "Expected `array`",
    ),
    ("a header without a used column", "[visits]", 'header = ["who", "when"]\n[visits]', "header", "'where'"),
    ("a header with a name twice", "[visits]", 'header = ["who", "who"]\n[visits]', "header", "twice"),
    ("a separator of two characters", "[visits]", 'separator = "::"\n[visits]', "separator", "must be one"),
    ("a quote as separator", "[visits]", "separator = '\"'\n[visits]", "separator", "must be one"),
]


@pytest.mark.parametrize(
    ("old", "new", "key", "part"), [case[1:] for case in INVALID], ids=[case[0] for case in INVALID]
)
def test_a_mapping_that_does_not_hold_names_the_key(old: str, new: str, key: str, part: str) -> None:
    assert old in VISITS
    with pytest.raises(SchemeInvalid) as caught:
        mapping.parse(VISITS.replace(old, new), "test.toml")
    assert (caught.value.file, caught.value.key) == ("test.toml", key)
    assert part in str(caught.value)


def test_a_mapping_is_found_by_path_or_by_name(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(VISITS)
    assert mapping.read(path) == mapping.read(str(path)) == mapping.parse(VISITS, "")
    assert mapping.read("bitcoin-otc").header == ("rater", "ratee", "rating", "time")


@pytest.mark.parametrize("name", ["nothing", "nothing.toml", "some/nothing"])
def test_a_mapping_that_is_not_there_is_not_found(name: str) -> None:
    with pytest.raises(NotFound, match="nothing"):
        mapping.read(name)


def test_a_mapping_that_is_not_utf8_is_invalid(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(b'about = "caf\xe9"')
    with pytest.raises(SchemeInvalid, match="not UTF-8"):
        mapping.read(path)


@pytest.mark.parametrize("name", ["bitcoin-otc", "copenhagen-calls", "copenhagen-sms"])
def test_every_mapping_of_a_study_holds(name: str) -> None:
    assert mapping.read(name).about


def test_the_documented_example_is_the_shipped_mapping() -> None:
    page = (Path(__file__).parents[3] / "docs" / "mappings.md").read_text(encoding="utf-8")
    (example,) = (block for block in page.split("```toml\n") if block.startswith('about = "Bitcoin OTC'))
    example = example.partition("```")[0]
    assert mapping.parse(example, "mappings.md") == mapping.read("bitcoin-otc")


def real(path: str) -> Path:
    """A file of real data, which this repository does not carry."""
    if not (DATA / path).exists():
        pytest.skip(f"{path} is not beside this checkout, in ../shared/data")
    return DATA / path


@pytest.mark.slow
def test_bitcoin_otc_is_all_there() -> None:
    """35,592 ratings by 5,881 traders, 32,029 of them positive: counted with the csv module alone."""
    kinds: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for chunk in read(real("bitcoin-otc/otc_network.csv.gz"), mapping="bitcoin-otc"):
        kinds[chunk.kind] += chunk.rows
        assert chunk.rejects == []
    assert len({row["id"] for row in kinds["entities"]}) == 5_881
    assert {row["kind"] for row in kinds["entities"]} == {"person"}
    assert len({row["id"] for row in kinds["obligations"]}) == len(kinds["obligations"]) == 35_592
    assert len({row["id"] for row in kinds["contacts"]}) == len(kinds["contacts"]) == 32_029
    # The first line is 6,2,4,1289241911.72836
    first = kinds["obligations"][0]
    assert (first["debtor"], first["creditor"], first["kind"]) == ("otc-2", "otc-6", "trade")
    assert (first["due"], first["outcome"]) == ("2010-11-08T18:45:11.728360Z", 0.7)
    ratings = Counter(round(row["outcome"] * 20 - 10) for row in kinds["obligations"])
    assert (min(ratings), max(ratings), sum(ratings[r] for r in range(1, 11))) == (-10, 10, 32_029)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "name", "entities", "contacts"),
    [
        ("copenhagen/calls.csv", "copenhagen-calls", 536, 3_234),
        ("copenhagen/sms.csv.gz", "copenhagen-sms", 568, 24_333),
    ],
)
def test_the_copenhagen_study_is_all_there(path: str, name: str, entities: int, contacts: int) -> None:
    """By the csv module alone: 536 persons in 3,600 calls, 366 of them missed; 568 in 24,333 messages."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for chunk in read(real(path), mapping=name):
        kinds[chunk.kind] += [row["id"] for row in chunk.rows]
        assert chunk.rejects == []
    assert len(set(kinds["entities"])) == entities
    assert len(set(kinds["contacts"])) == len(kinds["contacts"]) == contacts
