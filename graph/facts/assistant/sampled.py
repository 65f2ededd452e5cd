"""The beginning of a file, whatever its form: its columns with some of their cells, and how it is laid out."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from graph.errors import RecordError
from graph.facts.assistant.records import MOST_COLUMNS, by_path, to_list
from graph.facts.files import hints
from graph.facts.files.nested import json_records, xml_records
from graph.facts.files.nested.paths import steps
from graph.facts.files.open_file import opened, opened_archive_of_sheets, opened_stream
from graph.facts.files.sources import Opening, clipped
from graph.facts.files.steps.lines import Layout
from graph.facts.files.text_encodings import UTF_16_MARKS, looks_like
from graph.facts.files.workbooks.sheet_rows import Workbook, must_be_named, there
from graph.facts.files.workbooks.sheet_rows import filled as filled_sheets

ROWS, BYTES = 200, 1 << 18
WORKBOOKS = (".xlsx", ".ods")
_BEGINNING = 1 << 16
SEPARATORS = (",", ";", "\t", "|")


@dataclass
class Sample:
    """What was found.

    columns: by name or path, the cells of the first rows; None where one is empty.
    top:     the lines of a mapping that say how the file is laid out, each with its key.
    questions: what somebody has to look at.
    """

    columns: dict[str, list[str | None]]
    top: dict[str, object] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return max(map(len, self.columns.values()), default=0)


def sampled(path: Path, sheet: str | None = None, rows: int = ROWS) -> Sample:
    """The beginning of the file, as many rows as this.

    sheet: of a workbook; the first that has something if not given.
    Raises RecordError for a file that cannot be read at all, or that has no such sheet.
    """
    name = path.name.lower()
    if name.endswith(WORKBOOKS):
        return _of_workbook(path, sheet, rows)
    if sheet is not None:
        raise RecordError("only workbooks (XLSX, ODS) have sheets: leave --sheet out", file=str(path))
    if name.endswith(".parquet"):
        return _of_source(path, Opening(), Sample({}), rows)
    with opened_stream(path) as (ending, stream):
        if ending == ".csv":
            return _of_text(stream, path, rows)
        if ending == ".xml":
            [document] = islice(xml_records.everything(stream, str(path)), 1)
            return _of_records(iter([document]), Sample({}))
        if ending == ".json":
            return _of_json(stream, path)
        records = (each for each in json_records.on_lines(stream, str(path)) if each is not None)
        return _of_records(records, Sample({}))


def sheets(path: Path) -> list[str]:
    """The names of the first sheets of a workbook that are not hidden and not empty; none of another file."""
    if not path.name.lower().endswith(WORKBOOKS):
        return []
    with opened_archive_of_sheets(path) as book:
        return [sheet.name for sheet in filled_sheets(book)]


def _of_source(path: Path, opening: Opening, sample: Sample, rows: int) -> Sample:
    """A file that names its columns itself."""
    with opened(path, opening) as source:
        for piece in islice(source.pieces(rows, source.names), 1):
            sample.columns = {name: list(cells) for name, cells in piece.columns.items()}
        sample.columns = sample.columns or {name: [] for name in source.names}
    return sample


def _of_text(stream: io.BufferedReader, path: Path, rows: int) -> Sample:
    most = BYTES * (1 + rows // ROWS // 4)
    raw = stream.read(most)
    is_whole = len(raw) < most
    sample = Sample({})
    text = _decoded(raw, is_whole, sample)
    separator, records = _split(text, rows)
    if separator != ",":
        sample.top["separator"] = separator
    if not raw.startswith(UTF_16_MARKS) and (hint := hints.of_content(raw[:16])):
        raise RecordError(f"this is no CSV but {hint}", file=str(path))
    width = Counter(len(fields) for _, fields in records).most_common(1)[0][0] if records else 0
    if not width:
        is_empty = not text.strip()
        raise RecordError("an empty file" if is_empty else "no table: a field of it has no end", file=str(path))
    wide = [at for at, (_, fields) in enumerate(records) if len(fields) == width]
    at = next((at for at in wide if all(records[at][1][:1] + records[at][1][-1:])), wide[0])
    if at:
        sample.top["skip_lines"] = records[at - 1][0]
    head, body = records[at][1], [fields for _, fields in records[at + 1 :] if len(fields) == width][:rows]
    if any(each and each[0].isdigit() for each in head) or len(set(head)) < len(head):
        sample.questions.append(
            "The first row does not look like a header. What are the columns? They are named below."
        )
        sample.top["header"] = [f"column {number}" for number in range(1, width + 1)]
        head, body = [f"column {number}" for number in range(1, width + 1)], [head, *body]
    for place, name in enumerate(head[:MOST_COLUMNS]):
        sample.columns[name] = [fields[place] or None for fields in body]
    return sample


def _decoded(raw: bytes, is_whole: bool, sample: Sample) -> str:
    """The text; what is not UTF-8 is read as it looks, and asked about."""
    if not is_whole and not raw.startswith(UTF_16_MARKS):
        raw = raw[: raw.rfind(b"\n") + 1] or raw
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        encoding = looks_like(raw) or "latin-1"
        sample.top["encoding"] = encoding
        text = raw.decode(encoding, errors="replace")
        if encoding != "utf-16":
            line = raw[raw.rfind(b"\n", 0, error.start) + 1 :].split(b"\n")[0].decode(encoding, errors="replace")
            sample.questions.append(
                f"The text is not in UTF-8. Is it {encoding}, and is this line right: {line.strip()[:80]}"
            )
        return text


def _split(text: str, rows: int) -> tuple[str, list[tuple[int, list[str]]]]:
    """What separates the fields, and the records, each with the line where it ends."""
    best: tuple[float, str, list[tuple[int, list[str]]]] = (-1.0, ",", [])
    for separator in SEPARATORS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        records: list[tuple[int, list[str]]] = []
        try:
            for fields in islice(reader, rows + 50):
                records.append((reader.line_num, fields))
        except csv.Error:
            continue
        widths = Counter(len(fields) for _, fields in records if fields)
        if not widths:
            continue
        width, number = widths.most_common(1)[0]
        score = (width > 1) * number / len(records) + width / 1_000
        if score > best[0]:
            best = score, separator, [(line, fields) for line, fields in records if fields]
    return best[1], best[2]


def _of_workbook(path: Path, wanted: str | None, most: int) -> Sample:
    sample = Sample({})
    with opened_archive_of_sheets(path) as book:
        if wanted is not None and all(sheet.name != wanted for sheet in book.sheets):
            raise RecordError(f"no sheet {wanted!r}: {there(book)}", file=str(path))
        if wanted is None and must_be_named(book):
            raise RecordError(f"which sheet is meant? {there(book)}: say it with --sheet", file=str(path))
        looked_into = filled_sheets(book) if wanted is None else []
        if wanted is None and not looked_into:
            raise RecordError("a workbook without anything in it", file=str(path))
        name = looked_into[0].name if wanted is None else wanted
        if len(book.sheets) > 1:
            sample.top["sheet"] = name
        if others := [clipped(sheet.name) for sheet in looked_into if sheet.name != name]:
            sample.questions.append(
                f"The workbook has other sheets too: {', '.join(others)}. Each needs a mapping of its own: give "
                "its name with --sheet."
            )
        rows = list(islice(_rows(book, name), 30))
    if not rows:
        raise RecordError(f"the sheet {name!r} is empty", file=str(path))
    width = max(len(row) for _, row in rows)
    header, _ = next((number, row) for number, row in rows if len(row) == width)
    skip = header - 1 if header != rows[0][0] else 0
    if skip:
        sample.top["skip_lines"] = skip
    return _of_source(path, Opening(sheet=name, layout=Layout(skip_lines=skip)), sample, most)


def _rows(book: Workbook, name: str) -> Iterator[tuple[int, Any]]:
    return iter(book.rows(next(sheet for sheet in book.sheets if sheet.name == name)))


def _of_json(stream: io.BufferedReader, path: Path) -> Sample:
    records = json_records.in_lists(stream, str(path), ())
    first = next(records, None)
    sample = Sample({})
    if isinstance(first, dict) and _is_object(stream) and (way := to_list(first)):
        sample.top["rows"] = way
        return _of_records(json_records.in_lists(stream, str(path), steps(way, str(path))), sample)
    return _of_records(iter([first, *islice(records, ROWS)] if first is not None else []), sample)


def _is_object(stream: io.BufferedReader) -> bool:
    """Whether a file of JSON is one object, and no list of them."""
    stream.seek(0)
    return stream.read(_BEGINNING).lstrip(codecs.BOM_UTF8 + b" \t\r\n").startswith(b"{")


def _of_records(records: Iterator[Any], sample: Sample) -> Sample:
    sample.columns, lacks = by_path(records, ROWS)
    if lacks:
        sample.questions.append(
            "Some records lack some of the columns. Where a file may lack one, name it in `optional`."
        )
    return sample


def filled(cells: Sequence[str | None]) -> list[str]:
    """Those of the cells that say something."""
    return [cell.strip() for cell in cells if cell and cell.strip()]
