"""A mapping file -> Mapping: how somebody else's file holds rows of our kinds.

    about = "Who trusts whom, from -10 to 10"
    header = ["rater", "ratee", "rating", "time"]       # only where the file does not name its columns

    [contacts]                                          # a table for each kind of rows to take from it
    where = [{ column = "rating", above = 0 }]
    source = { column = "rater", prefix = "otc-" }      # a column of ours = where it comes from
    target = { column = "ratee", prefix = "otc-" }
    at = { column = "time", seconds_since = 1970-01-01T00:00:00Z }

docs/loading.md describes every key; adapt.py does what the file says.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from graph.errors import NotFound, SchemeInvalid
from graph.facts.files.sources import Opening
from graph.facts.kinds import KINDS

SHIPPED = Path(__file__).parent / "mappings"

# One file may name several entities in a row: these kinds can take their id from several columns.
NAMED_IN_ROWS = ("entities", "products", "sites")

Text = Annotated[str, Meta(min_length=1)]
Value = str | int | float
# Finite, so that TOML's inf and nan do not get in.
Finite = Annotated[float, Meta(ge=-1e15, le=1e15)]
Range = tuple[Finite, Finite]
Origin = Annotated[datetime, Meta(tz=True)]
T = TypeVar("T")


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Condition(_Table, frozen=True):
    """A row is taken where the column holds all of these; text compares with `equals` and `other_than`."""

    column: Text
    equals: Value | UnsetType = UNSET
    other_than: Value | UnsetType = UNSET
    above: float | UnsetType = UNSET
    at_least: float | UnsetType = UNSET
    below: float | UnsetType = UNSET
    at_most: float | UnsetType = UNSET

    def tests(self) -> dict[str, Value]:
        """The comparisons by name, e.g. {"above": 0.0}."""
        values = msgspec.structs.asdict(self)
        return {name: value for name, value in values.items() if name != "column" and value is not UNSET}

    @property
    def is_of_numbers(self) -> bool:
        return any(not isinstance(value, str) for value in self.tests().values())


class Cell(_Table, frozen=True):
    """Where the cells of one of our columns come from, and the one thing that is done to them.

    column, columns, value: exactly one: a column of the file; several, in turn; the same for all rows.
    prefix:                 put before the text.
    from_, to:              a number of the range `from` becomes the one at the same place of `to`.
    seconds_since, milliseconds_since: a number becomes the time so long after this instant.
    zone:                   a local time of this zone becomes a time.
    """

    column: Text | UnsetType = UNSET
    columns: tuple[Text, ...] | UnsetType = UNSET
    value: Value | UnsetType = UNSET
    prefix: Text | UnsetType = UNSET
    from_: Range | UnsetType = field(name="from", default=UNSET)
    to: Range | UnsetType = UNSET
    seconds_since: Origin | UnsetType = UNSET
    milliseconds_since: Origin | UnsetType = UNSET
    zone: Text | UnsetType = UNSET

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns of the file that the cells are taken from; none for a constant."""
        if self.column is not UNSET:
            return (self.column,)
        return () if self.columns is UNSET else self.columns

    @property
    def counts(self) -> bool:
        """Whether a number or a time is read from the cells."""
        return any(
            step is not UNSET for step in (self.from_, self.seconds_since, self.milliseconds_since, self.zone)
        )


class _Top(_Table, frozen=True):
    about: Text
    header: tuple[Text, ...] = ()
    separator: str = ","
    encoding: Literal["utf-8", "utf-16", "cp1252", "latin-1"] = "utf-8"
    sheet: Text | Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    rows: str = ""
    optional: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Output:
    """The rows of one kind that a file holds: `cells` by column of ours."""

    kind: str
    cells: dict[str, Cell]
    where: tuple[Condition, ...]


@dataclass(frozen=True)
class Mapping:
    """A mapping file that holds. `outputs` are in the order in which their kinds depend on each other."""

    about: str
    header: tuple[str, ...]
    separator: str
    outputs: tuple[Output, ...]
    encoding: str = "utf-8"
    sheet: str | int | None = None
    rows: str = ""
    optional: tuple[str, ...] = ()
    "columns that a file may lack; their cells are then empty"

    def opening(self, columns: Sequence[str]) -> Opening:
        """How a file is to be opened of which these columns are read."""
        return Opening(self.header, self.separator, self.encoding, self.sheet, rows=self.rows, columns=columns)


def sources(outputs: Sequence[Output]) -> list[str]:
    """The columns of the file that these outputs use, each once."""
    used = [name for output in outputs for cell in output.cells.values() for name in cell.sources]
    used += [condition.column for output in outputs for condition in output.where]
    return list(dict.fromkeys(used))


def shipped() -> list[str]:
    """The names of the mappings that come with the software, sorted."""
    return sorted(file.stem for file in SHIPPED.glob("*.toml"))


def read(path_or_name: str | Path) -> Mapping:
    """The mapping of a file, or the shipped one of that name.

    A string without a separator and without `.toml` is a name.
    Raises NotFound (no such file or name), SchemeInvalid (the file does not hold).
    """
    file = Path(path_or_name)
    if isinstance(path_or_name, str) and file.name == path_or_name and file.suffix != ".toml":
        if path_or_name not in shipped():
            known = ", ".join(shipped())
            raise NotFound(f"no shipped mapping {path_or_name!r}; give a .toml file or one of {known}")
        file = SHIPPED / f"{path_or_name}.toml"
    try:
        return parse(file.read_text(encoding="utf-8"), str(path_or_name))
    except UnicodeDecodeError as error:
        raise SchemeInvalid(f"not UTF-8 text: {error}", file=str(path_or_name)) from error
    except OSError as error:
        raise NotFound(f"cannot read the mapping file {path_or_name}: {error.strerror}") from error


def resolve(given: str | Path | Mapping) -> Mapping:
    """A mapping as it is; of a file or a name, as `read` finds it."""
    return given if isinstance(given, Mapping) else read(given)


def parse(text: str, file: str) -> Mapping:
    """The mapping that this text describes; `file` names it in errors.

    Raises SchemeInvalid with the dotted path of the offending key.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemeInvalid(f"not TOML: {error}", file=file) from error
    tables = {kind: raw.pop(kind) for kind in KINDS if kind in raw}
    top = _convert(raw, _Top, file, "")
    if len(top.separator) != 1 or top.separator in '"\r\n\0\\' or not top.separator.isascii():
        message = "must be one ASCII character, no quote, no backslash and no line break"
        raise SchemeInvalid(message, file=file, key="separator")
    outputs = tuple(_output(kind, table, file) for kind, table in tables.items())
    if not outputs:
        raise SchemeInvalid(f"no rows are taken: a table is needed, one of {', '.join(KINDS)}", file=file)
    if len(set(top.header)) < len(top.header):
        raise SchemeInvalid("a column is named twice", file=file, key="header")
    for name in sources(outputs):
        if top.header and name not in top.header:
            raise SchemeInvalid(f"the column {name!r} is used and not named here", file=file, key="header")
    for name in top.optional:
        if name not in sources(outputs):
            raise SchemeInvalid(f"the column {name!r} is named here and not used", file=file, key="optional")
    sheet = None if top.sheet is UNSET else top.sheet
    return Mapping(
        top.about, top.header, top.separator, outputs, top.encoding, sheet, rows=top.rows, optional=top.optional
    )


def _output(kind: str, table: object, file: str) -> Output:
    if not isinstance(table, dict):
        raise SchemeInvalid("must be a table", file=file, key=kind)
    where = _convert(table.pop("where", []), tuple[Condition, ...], file, f"{kind}.where")
    for number, condition in enumerate(where):
        if not condition.tests():
            raise SchemeInvalid("nothing to compare with", file=file, key=f"{kind}.where[{number}]")
    columns = {column.name: column for column in KINDS[kind].columns}
    cells: dict[str, Cell] = {}
    for name, value in table.items():
        key = f"{kind}.{name}"
        if name not in columns:
            known = ", ".join(columns)
            raise SchemeInvalid(f"no such column; {kind} have {known}", file=file, key=key)
        cells[name] = _convert(value, Cell, file, key)
        several = kind in NAMED_IN_ROWS and name == "id"
        for message in _contradictions(cells[name], several):
            raise SchemeInvalid(message, file=file, key=key)
    for column in columns.values():
        if column.required and column.name not in cells:
            raise SchemeInvalid("missing: no row is good without it", file=file, key=f"{kind}.{column.name}")
    return Output(kind, cells, where)


def _contradictions(cell: Cell, several: bool) -> Iterator[str]:
    """What each key allows by itself but the cell as a whole does not."""
    given = {name for name, value in msgspec.structs.asdict(cell).items() if value is not UNSET}
    if len(given & {"column", "columns", "value"}) != 1:
        yield "exactly one of column, columns, value is needed"
    if "columns" in given and not (several and cell.sources):
        yield f"several columns can only name the id of {', '.join(NAMED_IN_ROWS)}"
    if ("from_" in given) != ("to" in given):
        yield "from and to need each other"
    if cell.from_ is not UNSET and cell.from_[0] == cell.from_[1]:
        yield "from must be two different numbers"
    steps = given & {"prefix", "from_", "seconds_since", "milliseconds_since", "zone"}
    if len(steps) > 1 or (steps and "value" in given):
        yield "at most one of prefix, from/to, seconds_since, milliseconds_since, zone, and none with value"
    if cell.zone is not UNSET and not _is_zone(cell.zone):
        yield f"no such zone: {cell.zone!r}; write it as in Europe/Copenhagen"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # also for names that are paths or directories
        return False
    return True


def _convert(raw: object, kind: type[T], file: str, key: str) -> T:
    """The value, checked. msgspec says, for example, "Expected `str`, got `int` - at `$.column`"."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at ")
        path = key + re.sub(r"^\$", "", place.strip("`"))
        if named := re.fullmatch(r"Object (?:contains unknown|missing required) field `(.*)`", message):
            message, path = "unknown key" if "unknown" in message else "missing key", f"{path}.{named[1]}"
        raise SchemeInvalid(message, file=file, key=path.strip(".")) from error
