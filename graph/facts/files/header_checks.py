"""Whether the columns of a file are those of its kind, or those that its mapping reads."""

from collections.abc import Sequence

from graph.errors import RecordError
from graph.facts.files import hints
from graph.facts.files.nested.nested_source import NestedSource
from graph.facts.files.outputs import Output
from graph.facts.files.parquet_source import PLAIN
from graph.facts.files.sources import Source
from graph.facts.kinds import KINDS
from graph.text.plain import visible

LOCAL = frozenset({"date", "time without a zone"})
"The types of days and times that a zone makes instants of."


def fits(source: Source, kind: str, file: str, *, zoned: bool = False) -> None:
    """Raises RecordError for the first column that is unknown, missing, or of the wrong Parquet type.

    zoned: whether the load or its rows say where days and times without a zone are read; then they are times.
    """
    columns = {column.name: column for column in KINDS[kind].columns}
    known = f"{kind} have {', '.join(columns)}"
    for name in source.names:
        if name not in columns:
            required = [column.name for column in KINDS[kind].columns if column.required]
            message = f"an unknown column {visible(name)!r}; {known}" + hints.appended(source.hint(required))
            raise RecordError(message, file=file, line=source.line, column=name)
    for name, column in columns.items():
        if name not in source.names:
            if column.required:
                raise RecordError(f"a column is missing; {known}", file=file, line=source.line, column=name)
            continue
        found, wanted = source.types.get(name, "empty"), column.format.parquet
        if zoned and "time" in wanted:
            wanted = wanted | LOCAL
        if found != "empty" and found not in wanted:
            message = f"the type is {found}; it must be {' or '.join(sorted(wanted))}"
            raise RecordError(message, file=file, column=name)


def is_plain(source: Source, name: str) -> bool:
    """Whether the cells of this column can be read as text."""
    return source.types.get(name, "text") in PLAIN


def has_all(source: Source, used: Sequence[str], file: str) -> None:
    """Raises RecordError for the first column of these that is missing, or of a type that is not read."""
    for name in used:
        if name not in source.names:
            like = hints.of_a_missing(name, [other for other in source.names if other not in used])
            hint = source.hint(used) or ("" if like else hints.of_names(name, source.names))
            message = "a column is missing" + hints.appended(like) + hints.appended(hint)
            raise RecordError(message, file=file, line=source.line, column=name)
        if not is_plain(source, name):
            message = f"the type is {source.types[name]}; only text, numbers, dates and times are read"
            raise RecordError(message, file=file, column=name)


def are_no_floats(source: Source, outputs: Sequence[Output], file: str) -> None:
    """Raises RecordError where texts would be made of numbers with a fraction: 1e+16 is nobody's id."""
    for output in outputs:
        formats = {column.name: column.format for column in KINDS[output.kind].columns}
        for name, cell in output.cells.items():
            if (
                cell.counts
                or cell.has("whole")
                or "whole number" not in formats[name].parquet
                or "number" in formats[name].parquet
            ):
                continue
            for column in cell.sources:
                if source.types.get(column) == "number":
                    message = (
                        "the type is number; ids and texts are text or whole number: write the column as one, "
                        "or take whole numbers with `whole = true`"
                    )
                    raise RecordError(message, file=file, column=column)


def are_of_one_list(source: Source, outputs: Sequence[Output], file: str) -> None:
    """Raises RecordError where one fact would be stored several times: once for each entry of a list beside it."""
    inner = source.innermost if isinstance(source, NestedSource) else None
    for output in outputs:
        used = {name for cell in output.cells.values() for name in cell.sources}
        if inner is not None and KINDS[output.kind].prefix and "id" not in output.cells and not used & inner:
            message = (
                f"{output.kind} use no column of the list that {min(inner)} is in, so each would be there once "
                "for each of its entries: write a mapping for them alone"
            )
            raise RecordError(message, file=file)


def is_no_header(source: Source, outputs: Sequence[Output], file: str) -> None:
    """Raises RecordError where the first record of a file, whose header the mapping gives, seems to be one.

    It repeats a name at its place, or holds no number and no time where the mapping reads them.
    """
    cells = dict(zip(source.names, source.first, strict=False))
    read = {name for output in outputs for cell in output.cells.values() if cell.counts for name in cell.sources}
    read |= {name for output in outputs for each in output.where if each.is_of_numbers for name in [each.column]}
    written = [cells[name].strip() for name in read if cells.get(name, "").strip()]
    repeated = [name for name, cell in cells.items() if cell.strip().lower() == name.lower()]
    if repeated or (written and not any(any("0" <= each <= "9" for each in cell) for cell in written)):
        message = (
            f"the first line seems to be a header ({', '.join(map(visible, source.first))}), "
            "and the mapping gives one: remove that line, "
            "or use a copy of the mapping without `header` that names the file's columns"
        )
        raise RecordError(message, file=file, line=1)
