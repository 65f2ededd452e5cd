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
from pyarrow import parquet

from graph import __version__, output_files
from graph.analysis import frames
from graph.analysis.frames import Reader
from graph.facts.extract import pages as entities_of
from graph.policy.publishing import published
from graph.policy.scheme import CategoryFactor
from graph.rating import offsets, voices
from graph.rating.engines.arrays import reading
from graph.rating.engines.arrays.groups import numbered_alone
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
        tables = {name: _write(fresh, name, pages, work) for name, pages in _tables(work).items()}
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


def _tables(work: Work) -> dict[str, Callable[[], Iterable[Page]]]:
    """What reads each table, page by page. What the policy does not use is not read."""
    used, founders = work.scheme.uses(), work.voices.founders if work.voices else ()
    readers: dict[str, Callable[[], Iterable[Page]]] = {
        "members": lambda: reading.pages(work, reading.KINDS),
        "founders": lambda: [(list(founders),)],
    }
    if "obligations" in used:
        readers["obligations"] = lambda: map(_owed(work), reading.pages(work, reading.owed(work)))
    for name, factor in work.scheme.factors.named().items():
        if isinstance(factor, CategoryFactor):
            numbers = {each: float(place) for place, each in enumerate(layout.categories(factor))}
            kind = reading.of_category(work, name, numbers)
            readers[name] = partial(reading.pages, work, kind)
    if "contacts" in used:
        readers["contacts"] = lambda: reading.pages(work, reading.began(work))
        readers["contacts_in_dispute"] = lambda: _in_dispute(work)
        readers["pauses"] = lambda: map(_below(work), reading.pages(work, reading.PAUSED))
    return {name: readers.get(name, lambda: ()) for name in layout.TABLES}


def _owed(work: Work) -> Callable[[Page], Page]:
    """A creditor that joined meanwhile is as one that has not; partners are numbered for each debtor alone."""

    def alone(page: Page) -> Page:
        debtor, partner, reporter, *rest = page
        reporter[reporter >= work.members] = -1
        return debtor, numbered_alone(debtor, partner), reporter, *rest

    return alone


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
        with path.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        size = path.stat().st_size
        files.append(layout.File(name=f"{name}/{path.name}", rows=rows, bytes=size, sha256=digest))
    return layout.Table(rows=sum(file.rows for file in files), files=files)


def _ordered(schema: pa.Schema, page: Page) -> pa.Table:
    columns = [pa.array(column).cast(field.type) for column, field in zip(page, schema, strict=True)]
    return pa.table(columns, schema=schema).sort_by([(name, "ascending") for name in schema.names])
