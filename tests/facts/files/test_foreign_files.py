"""Files that nobody here wrote: what is said about each, and what does not come in with them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import RecordError
from graph.facts import reach
from graph.facts.files import kind_of, read, write_rejects
from graph.model import Reject

HERE = Path(__file__).parent / "foreign"

PHONES = [
    "tel-+4520123456",
    "020-1234-5678",
    "Ann 020-1234-5678",
    "Ann +45 20 12 34 56",
    "+ 45 20123456",
    "(+45) 20123456",
    "020.1234.5678",
    "20-12-34-56",
    "555-123-4567",
    "1-800-555-1234",
    "tel20123456",
    "Tel. 2012 3456",
    "phone:20123456",
    "＋４５２０１２３４５６",
    "٠٢٠-١٢٣٤-٥٦٧٨",
    "020–1234–5678",
    "020_1234_5678",
    "(030) 1234567",
    "o/+4520123456",
    "电话 20123456",
]
ADDRESSES = [
    "ann @ example.org",
    "ann(at)example.org",
    "ann [at] example.org",
    "ann at example dot org",
    "mailto :ann",
    "Ann, ann＠example.org",
    "Ann ann@example",
    "sms:2012",
    "x https://example.org",
    "Ann（at）example.org",
]
IDS = [
    "order-2024-01-15",
    "2024-01-15",
    "15.01.2024",
    "17850",
    "0012345678",
    "4520123456",
    "made-up-p0416",
    "123e4567-e89b-12d3-a456-426614174000",
    "01234567-0123-4123-8123-012345678901",
    "a1b2c3d4-0123-4567-8901-abcdef123456",
    "213800KUD8LAJWSQ9D15",
    "91110000600037341L",
    "INV-0001-2024-0007",
    "s1-1003",
    "c-0eb423bfbe14ee91f7a004bf7533b72f",
    "2024-000123",
    "Café at St. James",
    "@home",
    "Ann + Bob",
    "No. 5",
    "1.2.3.4",
    "order 17 of 2024",
    "000000001/2",
]


def test_a_way_to_reach_someone_is_found_however_it_is_written() -> None:
    assert [text for text in PHONES if reach.why(text) != "phone"] == []
    assert [text for text in ADDRESSES if reach.why(text) != "mail"] == []


def test_ids_that_only_have_digits_are_no_way_to_reach_someone() -> None:
    assert [text for text in IDS if reach.why(text)] == []


@pytest.mark.slow
@given(st.from_regex(r"\A[1-9][0-9]{7}\Z"), st.sampled_from(["tel-", "Ann ", "x/", "", "  ", "a (", "№ "]))
def test_an_international_number_hides_behind_no_prefix(number: str, before: str) -> None:
    assert reach.why(f"{before}+45{number}") == "phone"
    assert reach.why(f"{before}+45 {number[:4]} {number[4:]}") == "phone"


@given(st.dates(), st.integers(0, 10**12), st.uuids(), st.sampled_from(["order-", "o", "", "a/", "x_"]))
def test_dates_numbers_and_uuids_are_ids(day: object, number: int, unique: object, before: str) -> None:
    if "1900" <= str(day)[:4] <= "2099":
        assert not reach.why(f"{before}{day}")
    assert not reach.why(f"{before}{number}")
    assert not reach.why(f"{before}{unique}") or before in ("o", "x_")


def test_a_lei_says_what_is_wrong_with_it() -> None:
    [chunk] = read(HERE / "entities-lei.csv")
    assert [row["id"] for row in chunk.rows][:5] == [
        "lei-good-02",
        "lei-good-97",
        "lei-good-98",
        "lei-lower",
        "lei-blank",
    ]
    why = {reject.line: reject.reason for reject in chunk.rejects}
    for line, digits in ((3, "99"), (5, "00"), (7, "01")):
        assert f"its check digits are wrong: {digits}, and they are 02 to 98" in why[line]
    assert why[12] == "not a legal entity identifier: it has 19 characters, not 20"


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("911100006000373", "it has 15 characters, not 18"),
        ("91110000600037342L", "its check digit is wrong"),
        ("9111000060003734IL", "it has a character that none has, 'I'"),
    ],
)
def test_a_uscc_says_what_is_wrong_with_it(code: str, part: str, tmp_path: Path) -> None:
    path = tmp_path / "entities.csv"
    path.write_text(f"id,kind,uscc\nx,organisation,{code}\n")
    [chunk] = read(path)
    assert part in chunk.rejects[0].reason


def test_a_header_that_the_mapping_gives_makes_nobody() -> None:
    with pytest.raises(RecordError, match=r"alpha\.csv:1: the first line seems to be a header \(source, target"):
        next(read(HERE / "soc-sign-bitcoinalpha.csv", mapping="bitcoin-otc"))


@pytest.mark.parametrize("header", ["from,to,score,ts", "rater,ratee,rating,time", "Rater,x,y,z"])
def test_a_header_is_known_by_its_names_or_by_having_no_numbers(header: str, tmp_path: Path) -> None:
    path = tmp_path / "otc.csv"
    path.write_text(f"{header}\n1,2,3,1376539200\n")
    with pytest.raises(RecordError, match="seems to be a header"):
        next(read(path, mapping="bitcoin-otc"))
    path.write_text("1,2,3,1376539200\n")
    assert len(list(read(path, mapping="bitcoin-otc"))) == 3


def test_no_id_is_made_of_a_number_with_a_fraction() -> None:
    with pytest.raises(RecordError, match=r"floats\.parquet:cust: the type is number; ids and texts are"):
        next(read(HERE / "floats.parquet", mapping=HERE / "floats.toml"))


def test_a_parquet_cell_without_end_refuses_the_file_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sites.parquet"
    pq.write_table(pa.table({"id": ["s1", "x" * 3_000_000], "category": ["games", "games"]}), path)
    with pytest.raises(RecordError, match=r"sites\.parquet:id: 3,.* a cell is far too long"):
        next(read(path))


def test_a_missing_file_is_said_to_be_missing_whatever_its_name(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"people\.csv: no such file"):
        kind_of(tmp_path / "people.csv")


def test_links_that_lead_in_a_circle_are_no_file(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").symlink_to(tmp_path / "sites-2.csv")
    (tmp_path / "sites-2.csv").symlink_to(tmp_path / "sites.csv")
    with pytest.raises(RecordError, match=r"sites\.csv: (no such file|cannot be read)"):
        next(read(tmp_path / "sites.csv"))


def test_no_name_of_a_file_moves_the_cursor_of_a_reader_of_the_rejects(tmp_path: Path) -> None:
    with write_rejects(tmp_path / "rejects.csv") as write:
        write([Reject("a\x1b[2J.csv", 2, "at", "\u202ex\x9b", "not a time")])
    assert r"a\x1b[2J.csv,2,at,\u202ex\x9b,not a time" in (tmp_path / "rejects.csv").read_text(encoding="utf-8")


def test_a_chunk_knows_what_the_file_calls_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "otc.csv"
    path.write_text("1,2,3,1376539200\n")
    contacts = next(chunk for chunk in read(path, mapping="bitcoin-otc") if chunk.kind == "contacts")
    assert contacts.names == {"source": "rater", "target": "ratee", "at": "time"}
