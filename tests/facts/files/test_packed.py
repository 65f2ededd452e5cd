"""Packed files and other encodings: the same rows as from the plain file, and nothing is guessed."""

import gzip
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import RecordError
from graph.facts.files import read
from graph.facts.files.sources import Opening
from graph.facts.files.text_encodings import ENCODINGS, to_name
from tests.conftest import samples
from tests.facts.files.written import read_table, table

CONTENT = b"id,category\ns1,games\ns2,books\n"
EXPECTED = (["id", "category"], [(2, "s1", "games"), (3, "s2", "books")])


def zipped(path: Path, *members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def gzipped(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content))
    return path


def test_a_packed_table_is_read_as_the_table(tmp_path: Path) -> None:
    for path in (
        zipped(tmp_path / "sites.zip", ("sites.csv", CONTENT)),
        zipped(tmp_path / "stored.zip", ("folder/x.CSV", CONTENT), how=zipfile.ZIP_STORED),
        zipped(tmp_path / "mac.zip", ("x.csv", CONTENT), ("__MACOSX/._x.csv", b"\0")),
        gzipped(tmp_path / "sites.csv.gz", CONTENT),
    ):
        assert table(path) == EXPECTED
    records = zipped(tmp_path / "lines.zip", ("x.jsonl", b'{"id": "s1"}\n'))
    assert table(records) == (["id"], [(1, "s1")])


NO_ARCHIVES: list[tuple[str, Callable[[Path], Path], str]] = [
    ("two files", lambda path: zipped(path, ("a.csv", CONTENT), ("b.csv", CONTENT)), "an archive of 2 files"),
    ("none", zipped, "an archive of 0 files"),
    ("a picture", lambda path: zipped(path, ("a.png", b"x")), "not CSV, JSON or XML"),
    ("a workbook", lambda path: zipped(path, ("a.xlsx", b"x")), "not CSV, JSON or XML"),
    ("packed twice", lambda path: zipped(path, ("a.zip", b"x")), "not CSV, JSON or XML"),
    ("in a rare way", lambda path: zipped(path, ("a.csv", CONTENT), how=zipfile.ZIP_BZIP2), "in a rare way"),
]


@pytest.mark.parametrize(
    ("made", "part"), [each[1:] for each in NO_ARCHIVES], ids=[each[0] for each in NO_ARCHIVES]
)
def test_an_archive_that_is_not_one_table_is_refused(
    made: Callable[[Path], Path], part: str, tmp_path: Path
) -> None:
    with pytest.raises(RecordError, match=part):
        table(made(tmp_path / "sites.zip"))


def test_an_archive_with_a_password_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "sites.zip", ("a.csv", CONTENT))
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1
    path.write_bytes(raw)
    with pytest.raises(RecordError, match="has a password"):
        table(path)


def test_an_archive_that_was_cut_off_or_damaged_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "sites.zip", ("a.csv", CONTENT * 50), how=zipfile.ZIP_STORED)
    whole = path.read_bytes()
    for cut in range(1, len(whole), 97):
        path.write_bytes(whole[:cut])
        with pytest.raises(RecordError, match="cannot be read"):
            table(path)
    path.write_bytes(whole.replace(b"s2,books", b"s2,boots", 1))
    with pytest.raises(RecordError, match="Bad CRC"):
        table(path)


def test_an_archive_that_says_it_is_packed_less_than_it_is_gives_no_more(tmp_path: Path) -> None:
    """What is packed cannot be larger than the archive, whatever is said of it."""
    path = zipped(tmp_path / "sites.zip", ("a.csv", b"id,category\n" + bytes(200 << 20)))
    raw = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        size = archive.infolist()[0].compress_size.to_bytes(4, "little")
    path.write_bytes(raw.replace(size, (2_000_000_000).to_bytes(4, "little")))
    with pytest.raises(RecordError, match="unpacks to more than"):
        table(path)


def test_what_an_archive_says_of_its_size_is_all_that_it_gives(tmp_path: Path) -> None:
    """A file that says it is small gives no more than it says."""
    path = zipped(tmp_path / "sites.zip", ("a.csv", CONTENT * 9_000))
    raw = path.read_bytes()
    size = len(CONTENT * 9_000).to_bytes(4, "little")
    path.write_bytes(raw.replace(size, (30).to_bytes(4, "little")))
    with pytest.raises(RecordError, match="Bad CRC"):
        table(path)


def test_a_packed_file_that_was_cut_off_gives_the_rows_before_the_cut(tmp_path: Path) -> None:
    lines = b"".join(b"s%d,games\n" % number for number in range(20_000))
    path = tmp_path / "sites.csv.gz"
    path.write_bytes(gzip.compress(b"id,category\n" + lines)[:-1_000])
    _, rows, rejects = read_table(path)
    assert len(rows) > 10_000
    assert rows[-1][0] == len(rows) + 1
    assert "breaks off here" in rejects[-1].reason


def is_utf_8(raw: bytes) -> bool:
    with suppress(UnicodeDecodeError):
        return not raw.decode().isascii()
    return False


TEXTS = {
    "utf-8": st.characters(exclude_categories=["Cs", "Cc"]),
    "utf-16": st.characters(exclude_categories=["Cs", "Cc"]),
    "cp1252": st.characters(codec="cp1252", exclude_categories=["Cc"]),
    "latin-1": st.characters(codec="latin-1", exclude_categories=["Cc"]),
}


def test_every_encoding_is_tried() -> None:
    assert set(TEXTS) == set(ENCODINGS)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(data=st.data())
@settings(max_examples=samples(15, 100))
def test_what_an_encoding_can_write_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, encoding: str, data: st.DataObject
) -> None:
    texts = data.draw(st.lists(st.text(TEXTS[encoding], min_size=1), min_size=1, max_size=20))
    folder = tmp_path_factory.mktemp("text")
    written = "name\r\n" + "".join('"' + text.replace('"', '""') + '"\r\n' for text in texts)
    if '\\""\r' in written or '\\"\r' in written:
        return  # quotes behind backslashes can be read in two ways, in every encoding
    if encoding in ("cp1252", "latin-1") and is_utf_8(written.encode(encoding)):
        return  # bytes that are letters of UTF-8 are refused, whatever the mapping says
    (folder / "a.csv").write_bytes(written.encode(encoding))
    (folder / "a.csv.gz").write_bytes(gzip.compress(written.encode(encoding)))
    for path in sorted(folder.iterdir()):
        assert [cell for _, cell in table(path, Opening(encoding=encoding))[1]] == texts


def test_a_byte_that_the_encoding_does_not_have_costs_its_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"name\nZo\xeb\nx\x81\nbob\n")
    _, rows, rejects = read_table(tmp_path / "a.csv", Opening(encoding="cp1252"))
    assert rows == [(2, "Zoë"), (4, "bob")]
    assert [(each.line, each.reason) for each in rejects] == [(3, "not cp1252 at byte 2 of the line")]


def test_an_encoding_is_named_and_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "entities.csv"
    path.write_bytes("id,kind,name\na,person,Zoë\nb,person,50 €\nc,person,Bob\n".encode("cp1252"))
    [chunk] = read(path)
    assert [row["id"] for row in chunk.rows] == ["c"]
    assert [each.reason.partition("encoding = ")[2] for each in chunk.rejects] == ['"latin-1"', '"cp1252"']
    path.write_text("id,kind\na,person\n", encoding="utf-16")
    with pytest.raises(RecordError, match='encoding = "utf-16"'):
        next(read(path))
    assert to_name(b"\x81\x8d") == ""


def test_utf_8_is_not_read_as_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name\nMüller\n", encoding="utf-8")
    for encoding in ("cp1252", "latin-1"):
        with pytest.raises(RecordError, match="the text is UTF-8: leave `encoding` out"):
            table(path, Opening(encoding=encoding))
    path.write_text("name\nMuller\n", encoding="utf-8")
    assert table(path, Opening(encoding="cp1252"))[1] == [(2, "Muller")]


def test_utf_16_without_its_mark_or_broken_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("name\nx\n".encode("utf-16-be"))
    with pytest.raises(RecordError, match="does not begin with the mark of UTF-16"):
        table(path, Opening(encoding="utf-16"))
    path.write_bytes("name\nx\n".encode("utf-16") + b"\x00\xd8x\x00")
    with pytest.raises(RecordError, match="not utf-16 within"):
        table(path, Opening(encoding="utf-16"))


def test_a_mapping_names_the_encoding_the_sheet_and_the_rows(tmp_path: Path) -> None:
    from graph.errors import SchemeInvalid
    from graph.facts.files.mapping import parse

    table_ = '[sites]\nid = { column = "Ort" }\ncategory = { value = "games" }\n'
    (tmp_path / "a.toml").write_text(f'about = "x"\nencoding = "cp1252"\n{table_}')
    (tmp_path / "orte.csv").write_bytes("Ort,Größe\ns1,1\n".encode("cp1252"))
    [chunk] = read(tmp_path / "orte.csv", mapping=tmp_path / "a.toml")
    assert [row["id"] for row in chunk.rows] == ["s1"]
    for line, key in (
        ('encoding = "koi8-r"', "encoding"),
        ("sheet = 0", "sheet"),
        ("sheet = true", "sheet"),
        ('optional = ["Other"]', "optional"),
    ):
        with pytest.raises(SchemeInvalid) as caught:
            parse(f'about = "x"\n{line}\n{table_}', "a.toml")
        assert caught.value.key.startswith(key)
