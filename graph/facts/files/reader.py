"""A file, whatever its form, as chunks of checked rows."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from graph.errors import ParameterError, RecordError
from graph.facts.files import day_order
from graph.facts.files.adapt import Adapter
from graph.facts.files.checks import Sheet, cells_of
from graph.facts.files.header_checks import are_no_floats, are_of_one_list, fits, has_all, is_no_header, is_plain
from graph.facts.files.ids import Numbering
from graph.facts.files.mapping import Mapping, resolve
from graph.facts.files.open_file import opened
from graph.facts.files.prefix import Prefix
from graph.facts.files.sources import Opening, Piece
from graph.facts.files.steps import totals
from graph.facts.files.zoned import in_zones
from graph.facts.kinds import KINDS
from graph.facts.zones import is_zone, why_no_zone
from graph.model import Chunk
from graph.policy.categories import Categories, shipped_categories

PREFIX_WRITTEN = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,39}"
PREFIX_IS = "letters, digits, dots, colons, hyphens and underscores, at most 40, such as shop-"
OF_ALL_WRITTEN = r"[A-Za-z0-9_-]+"


def kind_of(path: Path) -> str:
    """The kind that a file's name begins with: contacts for contacts-2026-01.csv.gz.

    Raises RecordError naming the kinds.
    """
    name = path.name.lower()
    for kind in KINDS:
        if name.startswith(kind) and not name[len(kind) :][:1].isalnum():
            return kind
    missing = "" if path.exists() else "no such file, and "
    message = f"{missing}the name begins with no kind of rows: {', '.join(KINDS)}; say which with --kind"
    raise RecordError(message, file=str(path))


def read(
    path: str | Path,
    kind: str | None = None,
    mapping: str | Path | Mapping | None = None,
    *,
    chunk_rows: int = 10_000,
    categories: Categories | None = None,
    prefix: str | None = None,
    all_ids: bool = False,
    zone: str | None = None,
    secret: Callable[[], bytes] | None = None,
) -> Iterator[Chunk]:
    """Every record of the file, checked, in chunks of one kind, in the order of the file.

    path:       a file with one of the endings of open_file.py.
    kind:       of the rows; None: by the file's name. With a mapping, the only one of its kinds to read.
    mapping:    of a file that is not in our form: a shipped name, a path, or a Mapping. Each piece of
                the file then gives a chunk for each kind, in the order in which kinds depend on each other.
    chunk_rows: records of the file in one piece; memory grows with this, not with the file.
    categories: those that products and sites may have; None: the shipped ones.
    prefix:     put before the id of every fact, given or derived, so that those of two sources stay apart.
    all_ids:    put before every id of an entity, product or site as well, but for registered numbers.
    zone:       where days and times without a zone are read, in a file of our form, and where the days of
                obligations are meant; a row that names a zone has that one. None: they are refused.
    secret:     gives the key of a mapping's pseudonyms.

    A record is in a chunk's rows or in its rejects, with three exceptions: rows that the mapping filters
    out, rows that name somebody of no table of it, and a row that repeats one of its chunk under the same id. A
    line that is no record at all is a reject of the first kind only. Rows without an id get one that depends
    on the file's content only.

    Raises, before the first chunk, RecordError (a file that cannot be opened, is empty, or whose columns
    do not fit), ParameterError, NotFound and SchemeInvalid (the mapping).
    """
    path = Path(path)
    if chunk_rows < 1:
        raise ParameterError(f"chunk_rows is {chunk_rows}; it must be at least 1")
    if kind is not None and kind not in KINDS:
        raise ParameterError(f"no such kind of rows: {kind!r}; it is one of {', '.join(KINDS)}")
    if prefix is not None and not re.fullmatch(PREFIX_WRITTEN, prefix):
        raise ParameterError(f"{prefix!r} is no prefix of ids: {PREFIX_IS}")
    if all_ids and prefix is None:
        raise ParameterError("--all-ids says what a prefix is put before, and there is none: give --prefix")
    if all_ids and prefix is not None and not re.fullmatch(OF_ALL_WRITTEN, prefix):
        raise ParameterError(
            f"{prefix!r} is no prefix of all ids, since those of products and sites have none of .:"
        )
    before = Prefix(prefix or "", all_ids=all_ids)
    pieces = _Pieces(chunk_rows, categories or shipped_categories(), before)
    if mapping is None:
        return _plain(path, kind or kind_of(path), pieces, _checked(zone))
    if zone is not None:
        raise ParameterError("--zone is for files in our form: a mapping says the zones itself, with zone or day")
    return _mapped(path, kind, resolve(mapping), pieces, secret)


def named_by_ids(
    path: str | Path, kind: str | None = None, mapping: str | Path | Mapping | None = None
) -> tuple[str, ...]:
    """The kinds of rows of the file whose ids do not depend on all that a row says.

    An id that is derived from all that a row says cannot be known with other content. Raises what read raises.
    """
    path = Path(path)
    if mapping is None:
        read_as = kind or kind_of(path)
        with opened(path, Opening(kind=read_as)) as source:
            given: dict[str, set[str]] = {read_as: set(source.names)}
    else:
        made = resolve(mapping)
        given = {}
        for output in made.outputs:
            if kind in (None, output.kind):
                given.setdefault(output.kind, set()).update(output.cells)
    return tuple(
        each for each in given if KINDS[each].key == ("id",) and ("id" in given[each] or KINDS[each].named_by)
    )


class _Pieces(NamedTuple):
    """How many records make a piece, and what is known while it is checked."""

    rows: int
    categories: Categories
    prefix: Prefix


def _checked(zone: str | None) -> str | None:
    if zone is not None and not is_zone(zone):
        raise ParameterError(why_no_zone(zone, named=True))
    return zone


def _plain(path: Path, kind: str, pieces: _Pieces, zone: str | None) -> Iterator[Chunk]:
    """The chunks of a file in our form."""
    with opened(path, Opening(kind=kind)) as source:
        fits(source, kind, source.file, zoned=zone is not None or "zone" in source.names)

        def sheet(piece: Piece) -> Iterator[Sheet]:
            cells = {name: cells_of(values) for name, values in piece.columns.items()}
            made = Sheet(kind, source.file, piece.lines, cells)
            in_zones(made, zone)
            yield made

        yield from _chunks(source.pieces(pieces.rows, list(source.names)), sheet, pieces)


def _mapped(
    path: Path, kind: str | None, mapping: Mapping, pieces: _Pieces, secret: Callable[[], bytes] | None
) -> Iterator[Chunk]:
    """The chunks of a file that the mapping describes."""
    outputs = [output for output in mapping.outputs if kind in (None, output.kind)]
    if not outputs:
        raise ParameterError(f"the mapping takes no {kind} from a file")
    if mapping.has_pseudonyms and secret is None:
        raise ParameterError("the mapping makes pseudonyms, and they need the secret of a database")
    used = mapping.columns(outputs)
    key = secret() if secret and mapping.has_pseudonyms else None
    opening = mapping.opening(outputs)
    with opened(path, opening) as source:
        has_all(source, [name for name in used if name not in mapping.optional], source.file)
        are_no_floats(source, outputs, source.file)
        is_no_header(source, outputs, source.file)
        are_of_one_list(source, outputs, source.file)
        day_order.forbid_the_other(path, opening, outputs, source)
        adapter = Adapter(mapping, outputs, source, source.file, key)
        wanted = [name for name in source.names if name in used or (mapping.totals and is_plain(source, name))]
        lacking = [name for name in used if name not in source.names]
        found = (_with(piece, lacking) for piece in source.pieces(pieces.rows, wanted))
        yield from _chunks(totals.without(found, mapping.totals), adapter.sheets, pieces)


def _with(piece: Piece, lacking: Sequence[str]) -> Piece:
    """The piece with these columns too, whose cells are all empty."""
    if not lacking:
        return piece
    return replace(piece, columns={**piece.columns, **dict.fromkeys(lacking, [None] * len(piece.lines))})


def _chunks(
    found: Iterator[Piece], sheets_of: Callable[[Piece], Iterator[Sheet]], pieces: _Pieces
) -> Iterator[Chunk]:
    with closing(Numbering()) as numbering:
        for piece in found:
            broken = piece.rejects
            for sheet in sheets_of(piece):
                rows, lines, refused = sheet.check(numbering, pieces.categories, pieces.prefix)
                rejects = sorted([*broken, *refused], key=lambda reject: reject.line)
                read = len(piece.lines) + len(broken)
                names = {column: origin.names[0] for column, origin in sheet.origins.items()}
                yield Chunk(sheet.kind, sheet.file, rows, lines, rejects, read, names, sheet.left_out)
                broken = []
