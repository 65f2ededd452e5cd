"""A scheme's facts as Parquet, for an engine that runs where there is no store: numbers, and no ids or names.

graph/rating/engines/spark/layout.py has the tables. Facts are read as the engine in arrays reads them, a page of
rids at a time, and each page is on the disk before the next few are held: memory grows with the facts of 5,000
members, and not with the community.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import compute, parquet

from graph import __version__, output_files
from graph.analysis import frames
from graph.analysis.frames import Reader
from graph.facts.extract import pages as entities_of
from graph.policy.publishing import published
from graph.policy.scheme import CategoryFactor
from graph.rating import offsets, voices
from graph.rating.engines.arrays import reading
from graph.rating.engines.arrays.ends import Ends
from graph.rating.engines.arrays.groups import Ints, numbered_alone
from graph.rating.engines.arrays.pages import pages
from graph.rating.engines.contract import Progress, Work
from graph.rating.engines.spark import layout
from graph.rating.run import instant
from graph.store.client import Database, utc

WHAT = "snapshot"
PAGES_IN_A_FILE = 20
"So that a file has the facts of 100,000 members: some megabytes, which a worker hashes at once."
TYPES = {
    "int": pa.int32(),
    "smallint": pa.int16(),
    "tinyint": pa.int8(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
}
Page = Sequence[Any]
"Columns, one array each."


@dataclass(frozen=True)
class Snapshot:
    """What was written: how many rows each table has."""

    out: Path
    scheme: str
    as_of: datetime
    members: int
    rows: dict[str, int]


def take(
    database: Database,
    scheme_id: str,
    directory: Path,
    *,
    by: Reader,
    as_of: datetime | None = None,
    batch: int = 10_000,
    progress: Progress = lambda step: None,
) -> Snapshot:
    """`directory` is there, with all that an engine reads of the scheme at `as_of`, and its manifest.

    as_of: as of a run. batch: rids in one query at most.
    Everyone in it is on record as read before the first fact is. Until everything is on the disk there is no such
    directory; where this breaks off, none is left.
    Raises NotFound (no such scheme), Refused (too few founders), ParameterError (as_of; there is something at the
    place, or it cannot be written to), NotRecorded, and any StoreError.
    """
    output_files.check_fresh(directory)
    as_of, number = instant(as_of), str(uuid.uuid4())
    taken = utc(database.one("server_time")["now"])
    scheme = published(database, scheme_id).scheme
    extent = database.one("member_range", scheme=scheme.id)
    source = voices.source(database, scheme, members=extent["range"], voices_of=None)
    # no tag names the scheme: a transaction with one is a run that is under way
    work = Work(database, scheme, as_of, number, taken, extent["range"], batch, source, {WHAT: number}, progress)
    with output_files.fresh_directory(directory) as fresh:
        offsets.lay(database, scheme.id)
        progress("recording the read of everyone")
        for page in entities_of(database, "gather_members", scheme.id, end=work.members):
            frames.record(database, scheme.id, (row["entity"] for row in page), by=by, what=WHAT)
        ends = Ends(work)
        tables = {name: _write(fresh, name, pages, work) for name, pages in _tables(work, ends).items()}
        gone = ends.gone()
        tables |= {name: _settled(fresh, tables[name], name, gone) for name in ("obligations", "contacts")}
        manifest = layout.Manifest(
            format=layout.FORMAT,
            snapshot=number,
            taken=taken.isoformat(),
            software=__version__,
            server=database.server().version,
            as_of=as_of.isoformat(),
            version=scheme.version,
            hash=scheme.hash,
            policy=scheme.text,
            range=work.members,
            members=extent["members"],
            tables=tables,
        )
        output_files.write_text(fresh / layout.MANIFEST, layout.encoded(manifest).decode())
    rows = {name: table.rows for name, table in tables.items()}
    return Snapshot(directory, scheme.id, as_of, extent["members"], rows)


def _tables(work: Work, ends: Ends) -> dict[str, Callable[[], Iterable[Page]]]:
    """What reads each table, page by page. What the policy does not use is not read."""
    used, founders = work.scheme.uses(), work.voices.founders if work.voices else ()
    readers: dict[str, Callable[[], Iterable[Page]]] = {
        "members": lambda: pages(work, reading.KINDS),
        "founders": lambda: [(list(founders),)],
    }
    if "obligations" in used:
        readers["obligations"] = lambda: (_owed(page, ends) for page in pages(work, reading.owed(work)))
    for name, factor in work.scheme.factors.named().items():
        if isinstance(factor, CategoryFactor):
            numbers = {each: float(place) for place, each in enumerate(layout.categories(factor))}
            kind = reading.of_category(work, name, numbers)
            readers[name] = partial(pages, work, kind)
    if "contacts" in used:
        readers["contacts"] = lambda: (_began(page, ends) for page in pages(work, reading.began(work)))
        readers["contacts_in_dispute"] = lambda: _in_dispute(work)
        readers["pauses"] = lambda: map(_below(work), pages(work, reading.PAUSED))
    return {name: readers.get(name, lambda: ()) for name in layout.TABLES}


def _owed(page: Page, ends: Ends) -> Page:
    """Partners are numbered for each debtor alone."""
    debtor, creditor, *rest = page
    return debtor, numbered_alone(debtor, creditor), ends.unsettled_rids(creditor), *rest


def _began(page: Page, ends: Ends) -> Page:
    """Those between members. Nobody is in contact with itself."""
    source, other, day = page
    target = ends.unsettled_rids(other)
    counts = (target >= 0) & (source != target)
    return source[counts], target[counts], day[counts]


def _below(work: Work) -> Callable[[Page], Page]:
    """Without those of whom one end joined meanwhile."""

    def kept(page: Page) -> Page:
        inside = page[1] < work.members
        return [column[inside] for column in page]

    return kept


def _in_dispute(work: Work) -> Iterator[Page]:
    rows = work.database.run("packed_contacts_in_dispute", scheme=work.scheme.id, as_of=work.as_of)
    kept = [row for row in rows if row["source"] < work.members and row["target"] < work.members]
    yield [[row[name] for row in kept] for name in layout.TABLES["contacts_in_dispute"]]


def _write(directory: Path, name: str, pages: Callable[[], Iterable[Page]], work: Work) -> layout.Table:
    """The table's files are on the disk. In a page, rows are in order of what they say, not of where they were."""
    work.progress(f"writing {name}")
    schema = pa.schema([pa.field(each, TYPES[kind], nullable=False) for each, kind in layout.TABLES[name].items()])
    folder = directory / name
    folder.mkdir(mode=0o700)
    files: list[layout.File] = []
    found = (table for table in map(partial(_ordered, schema), pages()) if table.num_rows)
    for first in found:
        path, rows = folder / f"part-{len(files):05}.parquet", 0
        with output_files.replaced(path) as out, parquet.ParquetWriter(out, schema, compression="zstd") as writer:
            for table in chain([first], islice(found, PAGES_IN_A_FILE - 1)):
                writer.write_table(table)
                rows += table.num_rows
        files.append(_listed(path, name, rows))
    return layout.Table(rows=sum(file.rows for file in files), files=files)


def _settled(directory: Path, table: layout.Table, name: str, gone: Ints) -> layout.Table:
    """The table as if those who left while it was read had not been there: others may have their numbers.

    A contact with one of them is left out, and as a creditor it is one that has not joined.
    """
    end, stranger = {"contacts": ("target", None), "obligations": ("reporter", -1)}[name]
    files = []
    for file in table.files:
        path = directory / file.name
        found = parquet.read_table(path)
        left = compute.is_in(found[end], value_set=pa.array(gone, type=found.schema.field(end).type))
        if not compute.any(left).as_py():
            files.append(file)
            continue
        if stranger is None:
            found = found.filter(compute.invert(left))
        else:
            at = found.schema.get_field_index(end)
            values = compute.if_else(left, pa.scalar(stranger, found.schema.field(end).type), found[end])
            found = found.set_column(at, found.schema.field(end), values)
        with output_files.replaced(path) as out:
            parquet.write_table(found, out, compression="zstd")
        files.append(_listed(path, name, found.num_rows))
    return layout.Table(rows=sum(file.rows for file in files), files=files)


def _listed(path: Path, name: str, rows: int) -> layout.File:
    with path.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    return layout.File(name=f"{name}/{path.name}", rows=rows, bytes=path.stat().st_size, sha256=digest)


def _ordered(schema: pa.Schema, page: Page) -> pa.Table:
    columns = [pa.array(column).cast(field.type) for column, field in zip(page, schema, strict=True)]
    return pa.table(columns, schema=schema).sort_by([(name, "ascending") for name in schema.names])
