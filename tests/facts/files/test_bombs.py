"""Small files that would become large ones: each is refused within seconds, and takes little memory."""

import gzip
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.facts.files.written import ods, ods_row, raw_xlsx

pytestmark = pytest.mark.slow
SECONDS, MEMORY = 5.0, 512 << 20
MAPPING = """
about = "Anything."
optional = ["a"]
[sites]
id = { column = "a" }
category = { value = "games" }
"""
MB = 1 << 20


def of_zeros(size: int, begin: bytes = b"") -> Iterator[bytes]:
    """A gzip file of so many zeros, made piece by piece."""
    packer = zlib.compressobj(9, wbits=31)
    yield packer.compress(begin)
    for _ in range(size // MB):
        yield packer.compress(bytes(MB))
    yield packer.flush()


def gz_of_10_gb(path: Path) -> None:
    """Blocks of 64 MB, each a gzip file of its own: together they are one."""
    block = b"".join(of_zeros(64 * MB))
    path.write_bytes(b"".join(of_zeros(0, b"a,b\n")) + block * 160)


def gz_of_rows(path: Path) -> None:
    path.write_bytes(gzip.compress(b"a,b\n" + b"x,y\n" * (200 * MB // 4)))


def gz_of_one_line(path: Path) -> None:
    path.write_bytes(b"".join(of_zeros(128 * MB, b"[")))


def zip_of_zeros(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
        for _ in range(128):
            member.write(bytes(MB))


def zip_of_many(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}.csv", b"")


def xlsx_of_empty_rows(path: Path) -> None:
    rows = "".join(f'<row r="{number}" s="1" customFormat="1"/>' for number in range(1, 1_000_001))
    raw_xlsx(path, rows)


def xlsx_of_empty_rows_without_numbers(path: Path) -> None:
    raw_xlsx(path, "<row/>" * 1_000_000)


def xlsx_of_two_cells_far_apart(path: Path) -> None:
    """What lays a sheet out in full needs seventeen thousand million cells for it. It is read, and has one row."""
    raw_xlsx(
        path,
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    )


def xlsx_of_one_text_many_times(path: Path) -> None:
    text = f"<si><t>{'x' * 32_000}</t></si>"
    rows = '<row><c t="s"><v>0</v></c></row>' * 150_000
    raw_xlsx(path, rows, texts=text)


def xlsx_of_many_texts(path: Path) -> None:
    raw_xlsx(path, "<row/>", texts="".join(f"<si><t>{number:x}</t></si>" for number in range(1_500_000)))


def xlsx_of_one_long_row(path: Path) -> None:
    """Of 8 million cells. What makes an object of each needs more than a gigabyte."""
    raw_xlsx(path, f"<row>{'<c/>' * 8_000_000}</row>")


def xlsx_of_empty_cells(path: Path) -> None:
    raw_xlsx(path, f"<row>{'<c/>' * 1_000}</row>" * 20_000)


def xlsx_of_sheets(path: Path) -> None:
    """Each has ninety thousand empty rows: who looks which one is filled goes through all of them."""
    sheets = "".join(f'<sheet name="S{number}" sheetId="1" r:id="r1"/>' for number in range(2_000))
    raw_xlsx(path, "<row/>" * 90_000, book=f"<sheets>{sheets}</sheets>")


def ods_of_sheets(path: Path) -> None:
    ods(path, {f"S{number}": "" for number in range(20_000)})


def xlsx_of_a_long_format(path: Path) -> None:
    """It is read, and what stands in brackets in the format of a number is looked for once."""
    styles = f'<numFmts><numFmt numFmtId="200" formatCode="{"[" * 900_000}"/></numFmts>'
    styles += "<cellXfs>" + '<xf numFmtId="200"/>' * 1_000 + "</cellXfs>"
    header = '<row><c t="inlineStr"><is><t>a</t></is></c></row>'
    raw_xlsx(path, header + '<row><c s="0"><v>1</v></c></row>', formats=styles)


def xlsx_of_zeros(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("_rels/.rels", "w") as member:
        for _ in range(128):
            member.write(bytes(MB))


def xlsx_with_entities(path: Path) -> None:
    lols = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", f'<!DOCTYPE x [<!ENTITY l0 "lol">{lols}]><x>&l11;</x>')


def ods_of_one_row_repeated(path: Path) -> None:
    row = '<table:table-row table:number-rows-repeated="1048575"><table:table-cell '
    ods(
        path,
        {
            "One": ods_row("a")
            + row
            + 'table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row>'
        },
    )


def ods_of_many_rows_repeated(path: Path) -> None:
    row = '<table:table-row table:number-rows-repeated="1000"><table:table-cell '
    row += 'table:number-columns-repeated="1000"><text:p>x</text:p></table:table-cell></table:table-row>'
    ods(path, {"One": ods_row("a") + row * 1_000})


def xml_of_laughs(path: Path) -> None:
    lols = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    path.write_text(f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "lol">{lols}]><a>&l11;</a>')


def xml_of_a_file(path: Path) -> None:
    path.write_text('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')


def xml_of_depth(path: Path) -> None:
    path.write_text("<a>" * 1_000_000)


def xml_of_names(path: Path) -> None:
    path.write_text("<a>" + "".join(f"<b{n}/>" for n in range(200_000)))


def xml_of_attributes(path: Path) -> None:
    path.write_text("<a>" + "".join(f'<b c{n}=""/>' for n in range(200_000)))


def xml_of_one_tag(path: Path) -> None:
    path.write_text("<a " + "b" * 100 * MB)


def xml_of_one_comment(path: Path) -> None:
    path.write_text("<a><!--" + "b" * 100 * MB)


def xml_of_one_text(path: Path) -> None:
    """It is read: of a long text no more is kept than a cell may have."""
    path.write_text("<a>" + "b" * 100 * MB + "</a>")


def json_of_depth(path: Path) -> None:
    path.write_text("[" * 10_000_000)


def json_of_depth_in_records(path: Path) -> None:
    path.write_text("[" + '{"a":' * 1_000_000)


def json_of_one_text(path: Path) -> None:
    path.write_text('[{"a": "' + "x" * 50_000_000)


def json_of_lists(path: Path) -> None:
    path.write_text('[{"a": [' + "[]," * 5_000_000)


def json_of_digits(path: Path) -> None:
    path.write_text('[{"b": ' + "9" * 20_000_000 + "}]")


def json_of_keys(path: Path) -> None:
    path.write_text("[{" + ",".join(f'"k{n}": 1' for n in range(1_000_000)) + "}]")


def json_of_keys_and_one_twice(path: Path) -> None:
    path.write_text("[{" + ",".join(f'"k{n}": 1' for n in range(300_000)) + ',"k299999": 1}]')


def json_lines_of_keys_and_one_twice(path: Path) -> None:
    """It is read: its line is a reject."""
    path.write_text("{" + ",".join(f'"k{n}": 1' for n in range(300_000)) + ',"k299999": 1}')


def json_of_many_keys(path: Path) -> None:
    """It is read: no column asks for any of them."""
    path.write_text("[" + ",".join(f'{{"k{n}": 1}}' for n in range(60_000)) + "]")


REFUSED: list[tuple[str, Callable[[Path], None], str]] = [
    ("bomb.csv.gz", gz_of_10_gb, "unpacks to more than"),
    ("bomb.csv.gz", gz_of_rows, "unpacks to more than"),
    ("bomb.json.gz", gz_of_one_line, "a record of more than"),
    ("bomb.zip", zip_of_zeros, "unpacks to more than"),
    ("bomb.zip", zip_of_many, "an archive of 20,000 files"),
    ("bomb.xlsx", xlsx_of_empty_rows, "100,000 empty rows"),
    ("bomb.xlsx", xlsx_of_empty_rows_without_numbers, "100,000 empty rows"),
    ("bomb.xlsx", xlsx_of_many_texts, "too many different texts"),
    ("bomb.xlsx", xlsx_of_one_long_row, "a cell of column XFE"),
    ("bomb.xlsx", xlsx_of_empty_cells, "1,000,000 empty cells"),
    ("bomb.xlsx", xlsx_of_sheets, "and 1,981 more"),
    ("bomb.ods", ods_of_sheets, "and 19,980 more"),
    ("bomb.xlsx", xlsx_of_zeros, "unpacks to more than"),
    ("bomb.xlsx", xlsx_with_entities, "a document type"),
    ("bomb.ods", ods_of_one_row_repeated, "stands for"),
    ("bomb.ods", ods_of_many_rows_repeated, "more rows or cells than are written"),
    ("bomb.xml", xml_of_laughs, "a document type"),
    ("bomb.xml", xml_of_a_file, "a document type"),
    ("bomb.xml", xml_of_depth, "nested too deeply"),
    ("bomb.xml", xml_of_names, "different names"),
    ("bomb.xml", xml_of_attributes, "different names"),
    ("bomb.xml", xml_of_one_tag, "a tag or a comment"),
    ("bomb.xml", xml_of_one_comment, "a tag or a comment"),
    ("bomb.json", json_of_depth, "nested too deeply"),
    ("bomb.json", json_of_depth_in_records, "nested too deeply"),
    ("bomb.json", json_of_one_text, "a record of more than"),
    ("bomb.json", json_of_lists, "a record of more than"),
    ("bomb.json", json_of_digits, "a record of more than"),
    ("bomb.json", json_of_keys, "a record of more than"),
    ("bomb.json", json_of_keys_and_one_twice, "'k299999' is there twice"),
]
READ = [
    ("bomb.xlsx", xlsx_of_two_cells_far_apart),
    ("bomb.xlsx", xlsx_of_one_text_many_times),
    ("bomb.xlsx", xlsx_of_a_long_format),
    ("bomb.jsonl", json_lines_of_keys_and_one_twice),
    ("bomb.xml", xml_of_one_text),
    ("bomb.json", json_of_many_keys),
]


def said_of(path: Path) -> tuple[str, float, int]:
    """What is said of the file when it is read, the seconds of a processor, and the most memory in use."""
    (path.parent / "sites.csv").write_text("id,category\ns1,games\n")
    mapping = path.parent / "any.toml"
    mapping.write_text(MAPPING)
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("bombs.py")), str(path), str(mapping)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    return found["said"], found["seconds"], found["bytes"]


@pytest.mark.parametrize(("name", "made", "part"), REFUSED, ids=[each[1].__name__ for each in REFUSED])
def test_a_bomb_is_refused_within_seconds_and_little_memory(
    name: str, made: Callable[[Path], None], part: str, tmp_path: Path
) -> None:
    made(tmp_path / name)
    said, seconds, memory = said_of(tmp_path / name)
    assert said
    assert part in said
    assert seconds < SECONDS
    assert memory < MEMORY


@pytest.mark.parametrize(("name", "made"), READ, ids=[each[1].__name__ for each in READ])
def test_what_only_looks_large_is_read_in_little_memory(
    name: str, made: Callable[[Path], None], tmp_path: Path
) -> None:
    made(tmp_path / name)
    said, _, memory = said_of(tmp_path / name)
    assert said == ""
    assert memory < MEMORY
