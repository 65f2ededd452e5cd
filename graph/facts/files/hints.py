"""Hints about a file that cannot be read: what it seems to be, and what to do about it."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from graph.text.counts import counted
from graph.text.plain import visible

_SAVE = "save the table as CSV with commas, in UTF-8, and load that"
_UTF_16 = 'save it in UTF-8, or say so in a mapping: encoding = "utf-16"'
# The first bytes of other forms, and what to do.
_FORMS = (
    (b"PK\x03\x04", "a workbook (XLSX, ODS) or a zip archive: give it a name that ends in .xlsx, .ods or .zip"),
    (b"\xd0\xcf\x11\xe0", "an old workbook (XLS), or one with a password: save it as .xlsx, without one"),
    (b"\x1f\x8b", "packed with gzip: give it a name that ends in .csv.gz"),
    (b"PAR1", "Parquet: give it a name that ends in .parquet"),
    (b"BZh", "packed with bzip2: unpack it, or pack it with gzip as .csv.gz"),
    (b"\xfd7zXZ", "packed with xz: unpack it, or pack it with gzip as .csv.gz"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd: unpack it, or pack it with gzip as .csv.gz"),
    (b"\xff\xfe", f"text in UTF-16: {_UTF_16}"),
    (b"\xfe\xff", f"text in UTF-16: {_UTF_16}"),
    (b"%PDF", f"a PDF document: {_SAVE}"),
    (b"SQLite format 3", f"a database: {_SAVE}"),
)
_ENDINGS = {
    (".xls", ".xlsm", ".xlsb", ".numbers", ".fods"): "a workbook: save it as .xlsx or .ods",
    (".tar", ".tgz", ".7z", ".rar"): "an archive: unpack it, and load the files in it",
    (".gz", ".bz2", ".xz", ".zst"): "a packed file: unpack it, or pack it with gzip under a name such as .csv.gz",
    (".tsv", ".tab", ".txt", ".psv"): "a table as text: name it .csv, and where no comma separates its fields, "
    'write a mapping with the separator, such as separator = "\\t"',
}
# By the end of the name of a file in an archive.
_INSIDE = (
    (".iwa", "a document of Numbers: export it as Excel (.xlsx) there"),
    ("word/document.xml", "a text document: copy its table into a spreadsheet, and save that as .xlsx"),
)
SHOWN, MOST_NAMES, LONGEST_NAME = 12, 500, 60
"Names of columns: so many are shown, of so many the nearest is looked for, and so much of each is shown."
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def appended(hint: str) -> str:
    """A hint as the end of a message; empty where there is none."""
    return f"; {hint}" if hint else ""


def of_name(path: Path) -> str:
    """What to do about a file whose name ends in none of ours; empty where the name says nothing."""
    name = path.name.lower()
    return next((hint for endings, hint in _ENDINGS.items() if name.endswith(endings)), "")


def of_content(beginning: bytes) -> str:
    """What to do about a file that begins so and is named like CSV; empty where it may be CSV."""
    for mark, hint in _FORMS:
        if beginning.startswith(mark):
            return hint
    if b"\0" in beginning[1:4:2] or b"\0" in beginning[0:4:2]:
        return "text in UTF-16, or no text: save it in UTF-8"
    return ""


def of_no_workbook(beginning: bytes) -> str:
    """What to do about a file that begins so and is named like a workbook; empty where it may be one."""
    if beginning.startswith(b"PK"):
        return ""
    if beginning.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return "a page or a document in XML: open it in a spreadsheet program, and save it as a workbook"
    return next((hint for mark, hint in _FORMS if beginning.startswith(mark)), "something else: save it as one")


def of_archive(members: Sequence[str], form: str) -> str:
    """What to do about an archive of these files that is named like a workbook; empty where it may be one."""
    for ending, called in _INSIDE:
        if any(member.endswith(ending) for member in members):
            return called
    is_ods, is_xlsx = "content.xml" in members, "xl/workbook.xml" in members
    if form == "XLSX" and is_ods and not is_xlsx:
        return "one in ODS: give it a name that ends in .ods"
    return "one in XLSX: give it a name that ends in .xlsx" if form == "ODS" and is_xlsx and not is_ods else ""


def of_names(wanted: str, names: Sequence[str]) -> str:
    """The names that there are, those first that are near to the one that is wanted."""
    if len(names) > MOST_NAMES:
        return ""
    word = wanted.strip().lower()
    near = get_close_matches(word, [name.strip().lower() for name in names], 1)
    ordered = sorted(names, key=lambda name: word not in name.lower() and name.strip().lower() not in near)
    shown = ", ".join(repr(name[:LONGEST_NAME]) for name in ordered[:SHOWN])
    return f"there are {shown}{', ...' if len(names) > SHOWN else ''}"


def of_header(names: Sequence[str], wanted: Sequence[str], following: Sequence[Sequence[str]] = ()) -> str:
    """What to do about a header without the columns that are wanted; empty where nothing can be said.

    following: the records below it, as far as they were looked at.
    """
    if len(names) <= 2 and names[0].lower().startswith("sep="):
        separator = names[0][4:5] or ","
        return (
            f"the line `sep={separator}` says what separates the fields, to a spreadsheet: "
            f"write a mapping with separator = {_toml(separator)}"
        )
    if names[0].lstrip()[:1] in ("{", "["):
        return (
            "this looks like JSON: give it a name that ends in .json, or .jsonl where each line is a record; "
            f"or {_SAVE}"
        )
    if names[0].lstrip()[:1] == "<":
        return f"this looks like a page or a document in XML: give the latter a name that ends in .xml, or {_SAVE}"
    for separator, called in _SEPARATORS.items():
        if any(separator in name for name in names) and len(names) <= 2:
            return (
                f"{called} separate the fields: save the file with commas, "
                f"or write a mapping with separator = {_toml(separator)}"
            )
    needed = set(wanted)
    for number, record in enumerate(following, start=1):
        if needed and needed <= {name.strip() for name in record}:
            lines = "the line above it" if number == 1 else "the lines above it"
            further = f"the header seems to come {counted(number, 'records')} further down"
            return f"{further}: remove {lines}, or have a mapping skip them with skip_lines"
    folded = {name.strip().lower() for name in names}
    if not needed <= set(names) and needed <= folded:
        return "columns are named in small letters, without blanks around them"
    return ""


def of_a_missing(name: str, names: Sequence[str]) -> str:
    """Which column of a file may be the one that is missing; empty where none is like it."""
    by_letters = {other.strip().lower(): other for other in names}
    like = get_close_matches(name.strip().lower(), by_letters, n=1, cutoff=0.6)
    return f"it has {visible(by_letters[like[0]])!r}, which is like it" if like else ""


def _toml(separator: str) -> str:
    return '"\\t"' if separator == "\t" else f'"{separator}"'
