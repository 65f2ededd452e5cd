"""A mapping file -> Mapping: how somebody else's file holds rows of our kinds.

    about = "Who trusts whom, from -10 to 10"
    header = ["rater", "ratee", "rating", "time"]       # only where the file does not name its columns

    [contacts]                                          # a table for each kind of rows to take from it
    where = [{ column = "rating", above = 0 }]
    source = { column = "rater", prefix = "otc-" }      # a column of ours = where it comes from
    target = { column = "ratee", prefix = "otc-" }
    at = { column = "time", seconds_since = 1970-01-01T00:00:00Z }

docs/mappings.md describes every key; answers.py fills in what it asks, and adapt.py does what the file says.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from graph.errors import NotFound, SchemeInvalid
from graph.facts.files.answers import filled_in
from graph.facts.files.cell import Decimal, Encoding, Table, Text, Thousands, Words
from graph.facts.files.outputs import Named, Output, files_of_words, formats, of_one_kind, of_table, sources
from graph.facts.files.sources import Opening, separates
from graph.facts.files.steps.chain import NO_DEFAULTS, Defaults
from graph.facts.files.steps.fill_down import FillDown
from graph.facts.files.steps.lines import PLAIN, Layout
from graph.facts.files.toml_values import convert
from graph.facts.files.word_tables import SEPARATOR_IS, lists_of, path_of
from graph.facts.kinds import KINDS

SHIPPED = Path(__file__).parent / "mappings"
NO_ANSWERS: MappingOf[str, str] = {}


class _Top(Table, frozen=True):
    """What stands above the tables of kinds."""

    about: Text
    source: str = ""
    cannot_know: tuple[Text, ...] = ()
    notice: str = ""
    form: Literal["table", "chat"] = "table"
    header: tuple[Text, ...] = ()
    separator: str = ","
    encoding: Encoding = "utf-8"
    sheet: Text | Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    rows: str = ""
    optional: tuple[Text, ...] = ()
    skip_lines: Annotated[int, Meta(ge=0, le=1_000)] = 0
    comments: Annotated[str, Meta(min_length=1, max_length=10)] | UnsetType = UNSET
    totals: Words | UnsetType = UNSET
    fill_down: FillDown | UnsetType = UNSET
    trim: bool = False
    nothing: Words | UnsetType = UNSET
    decimal: Decimal | UnsetType = UNSET
    thousands: Thousands | UnsetType = UNSET


@dataclass(frozen=True)
class Mapping:
    """A mapping file that holds. `outputs` are in the order in which their kinds depend on each other.

    layout, totals, fill_down: which lines are rows, and what an empty cell says. defaults: for all cells.
    tables: the files of words that it reads. encoding, sheet, rows: where the rows are in a file.
    optional: columns that a file may lack; their cells are then empty. form: what a text file is, if no table.
    source: where the file's form is described. cannot_know: what no such file says. notice: what the persons in it
    must have agreed to.
    """

    about: str
    header: tuple[str, ...]
    separator: str
    outputs: tuple[Output, ...]
    layout: Layout = PLAIN
    totals: tuple[str, ...] = ()
    fill_down: FillDown | None = None
    defaults: Defaults = NO_DEFAULTS
    tables: tuple[Path, ...] = ()
    encoding: str = "utf-8"
    sheet: str | int | None = None
    rows: str = ""
    optional: tuple[str, ...] = ()
    form: str = "table"
    source: str = ""
    cannot_know: tuple[str, ...] = ()
    notice: str = ""

    @property
    def has_pseudonyms(self) -> bool:
        return any(cell.has("pseudonym") for output in self.outputs for cell in output.cells.values())

    def columns(self, outputs: Sequence[Output]) -> list[str]:
        """The columns of the file that these outputs use, each once."""
        return list(dict.fromkeys([*sources(outputs), *(self.fill_down.used if self.fill_down else ())]))

    def opening(self, outputs: Sequence[Output]) -> Opening:
        """How a file is to be opened from which these outputs are taken."""
        columns = self.columns(outputs)
        marks = dict.fromkeys(columns, self.defaults.decimal or ".")
        for output in outputs:
            for cell in output.cells.values():
                marks |= {name: cell.decimal for name in cell.used if isinstance(cell.decimal, str)}
        return Opening(
            header=self.header,
            separator=self.separator,
            encoding=self.encoding,
            sheet=self.sheet,
            rows=self.rows,
            columns=columns,
            layout=self.layout,
            decimals=marks,
            form=self.form,
            formats=tuple(dict.fromkeys(times for output in outputs for times in formats(output))),
        )


def shipped() -> list[str]:
    """The names of the mappings that come with the software, sorted."""
    return sorted(file.stem for file in SHIPPED.glob("*.toml"))


def read(path_or_name: str | Path, answers: MappingOf[str, str] = NO_ANSWERS) -> Mapping:
    """The mapping of a file, or the shipped one of that name.

    A string without a separator and without `.toml` is a name. answers: to what the mapping asks.
    Raises NotFound (no such file or name), SchemeInvalid (the file does not hold), ParameterError (a question
    without an answer, or the reverse).
    """
    file = Path(path_or_name)
    if isinstance(path_or_name, str) and file.name == path_or_name and file.suffix != ".toml":
        if path_or_name not in shipped():
            known = ", ".join(shipped())
            raise NotFound(f"no shipped mapping {path_or_name!r}; give a .toml file or one of {known}")
        file = SHIPPED / f"{path_or_name}.toml"
    try:
        return parse(file.read_text(encoding="utf-8"), str(path_or_name), file.parent, answers)
    except UnicodeDecodeError as error:
        raise SchemeInvalid(f"not UTF-8 text: {error}", file=str(path_or_name)) from error
    except OSError as error:
        raise NotFound(f"cannot read the mapping file {path_or_name}: {error.strerror}") from error


def resolve(given: str | Path | Mapping, answers: MappingOf[str, str] = NO_ANSWERS) -> Mapping:
    """A mapping as it is; of a file or a name, as `read` finds it."""
    return given if isinstance(given, Mapping) else read(given, answers)


def parse(text: str, file: str, folder: Path = Path(), answers: MappingOf[str, str] = NO_ANSWERS) -> Mapping:
    """The mapping that this text describes; `file` names it in errors.

    folder: where the files of words lie that it names. answers: to what it asks.
    Raises SchemeInvalid with the dotted path of the offending key, ParameterError for what is not answered.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemeInvalid(f"not TOML: {error}", file=file) from error
    asks = convert(raw.get("asks", {}), dict[Text, Text], file, "asks")
    raw = filled_in({key: value for key, value in raw.items() if key != "asks"}, asks, answers, file)
    tables = {kind: raw.pop(kind) for kind in KINDS if kind in raw}
    lists = lists_of(raw.pop("words", {}), file)
    top = convert(raw, _Top, file, "")
    for key, message in _of_top(top):
        raise SchemeInvalid(message, file=file, key=key)
    defaults = Defaults(top.trim, top.nothing or (), top.decimal or None, top.thousands or None)
    named = Named(folder, lists)
    outputs = tuple(
        of_table(kind, table, file, named, defaults, key)
        for kind, given in tables.items()
        for key, table in of_one_kind(kind, given)
    )
    if not outputs:
        raise SchemeInvalid(f"no rows are taken: a table is needed, one of {', '.join(KINDS)}", file=file)
    mapping = Mapping(
        top.about,
        top.header,
        top.separator,
        outputs,
        Layout(top.skip_lines, top.comments or ""),
        top.totals or (),
        top.fill_down or None,
        defaults,
        tuple(path_of(name, folder, lists) for name in files_of_words(outputs)),
        top.encoding,
        None if top.sheet is UNSET else top.sheet,
        top.rows,
        top.optional,
        top.form,
        top.source,
        top.cannot_know,
        top.notice,
    )
    for name in lists:
        if name not in files_of_words(outputs):
            raise SchemeInvalid(
                "no column takes its words from here: leave it out", file=file, key=f"words.{name}"
            )
    for name in mapping.columns(outputs):
        if top.header and name not in top.header:
            raise SchemeInvalid(f"the column {name!r} is used and not named here", file=file, key="header")
    for name in top.optional:
        if name not in mapping.columns(outputs):
            raise SchemeInvalid(f"the column {name!r} is named here and not used", file=file, key="optional")
    return mapping


def _of_top(top: _Top) -> Iterator[tuple[str, str]]:
    """(key, what is wrong with it) of what stands above the tables."""
    if not separates(top.separator):
        yield "separator", SEPARATOR_IS
    if len(set(top.header)) < len(top.header):
        yield "header", "a column is named twice"
    if isinstance(top.comments, str) and not re.fullmatch(r"[!#%&*+./:;<=>?@^_|~\\-]+", top.comments):
        yield "comments", "must be signs such as #, -- or //"
    if isinstance(top.comments, str) and top.separator in top.comments:
        yield "comments", "holds the separator, so a row could begin like a comment"
    if top.thousands is not UNSET and top.thousands == (top.decimal or "."):
        yield "thousands", "decimal and thousands must be two different marks; without decimal, that is a point"
