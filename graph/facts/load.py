"""Files -> graph: every good row is stored once, every bad one comes back with its reason.

A chunk of rows is one transaction with one query of cypher/facts. Repeating a load changes nothing, so a load that
was broken off can simply be run again.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from secrets import token_bytes
from typing import Any

from graph import output_files
from graph.errors import CommitUnknown, ParameterError, RecordError, StoreConflict
from graph.facts import clashes
from graph.facts.ahead import ahead
from graph.facts.files import ENDINGS, Prefix, is_lock, is_rejects, kind_of, read, write_rejects
from graph.facts.files.mapping import resolve
from graph.facts.kinds import CORRECTABLE, IN_PLACE, KINDS
from graph.facts.load_records import digest_of, under_way
from graph.facts.server_zones import ServerZones
from graph.facts.store import Load, Target, correct, replace, store
from graph.model import Chunk, Loaded, Reject, Row
from graph.policy.categories import Categories
from graph.store.client import Database
from graph.store.secrets import known, salt
from graph.store.transaction import Transaction
from graph.text.plain import visible

ATTEMPTS = 3


@dataclass
class _Loader:
    """One load under way; with a rehearsal, all of it is in that transaction, which is rolled back."""

    database: Database
    rehearsal: Transaction | None
    load: Load
    correct: bool
    reject: Callable[[Iterable[Reject]], None]
    progress: Callable[[str], None]
    touch: Callable[[str, Iterable[str]], None]
    preview: Callable[[Chunk], None]
    prefix: Prefix
    zones: ServerZones
    into: Target | None = None
    counts: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    "by kind and file: the numbers of Loaded so far"

    def take(self, chunk: Chunk) -> None:
        """The chunk's good rows are stored, its bad ones are among the rejects, and all are counted.

        Its rows are used up.
        """
        counts = self.counts.setdefault((chunk.kind, chunk.file), Counter())
        self.preview(chunk)
        rejects = list(chunk.rejects)
        if chunk.rows:
            rows = chunk.rows
            for row, line in zip(rows, chunk.lines, strict=True):
                row["line"] = line
            rows[:], nowhere = self.zones.sorted_out(chunk.kind, rows)
            outcome = self._store(chunk.kind, rows)
            refused, corrected = outcome["rejects"], 0
            self.touch(chunk.kind, outcome.get("touched", ()))
            if self.correct:
                corrected, refused = self._corrected(chunk.kind, rows, refused)
            # The driver's result refers to itself and to these: they would stay until a full garbage collection.
            rows.clear()
            for each in [*nowhere, *refused]:
                column = chunk.names.get(each["column"], each["column"])  # as the file calls it
                value = self.prefix.without(chunk.kind, each["column"], each["value"])
                rejects.append(Reject(file=chunk.file, **(each | {"column": column, "value": value})))
            counts["corrected"] += corrected
            counts.update({each: outcome[each] for each in ("stored", "completed", "known")})
        counts["rejected"] += len(rejects)
        counts["left_out"] += chunk.left_out
        self.reject(sorted(rejects, key=lambda reject: reject.line))
        self.progress(f"{chunk.file}: {counts['stored']:,} {chunk.kind} stored, {counts['rejected']:,} rejected")

    def _store(self, kind: str, rows: list[Row]) -> dict[str, Any]:
        """What became of the rows."""
        if self.into is not None:
            return self.into.store(kind, rows, self.load)
        if self.rehearsal is not None:
            return store(self.rehearsal, kind, rows, load=self.load, hold=False)
        return self._repeated(lambda transaction: store(transaction, kind, rows, load=self.load))

    def _repeated(self, work: Callable[[Transaction], dict[str, Any]]) -> dict[str, Any]:
        """What the work gives; it is done again where somebody else was faster, or a commit's fate is unknown."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self.database.write(work)
            except (StoreConflict, CommitUnknown):
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def _corrected(self, kind: str, rows: list[Row], refused: list[dict[str, Any]]) -> tuple[int, list[Any]]:
        """How many of the refused rows have corrected what is stored, and which are refused still."""
        lines = {each["line"] for each in refused}
        if not lines:
            return 0, refused
        if kind in IN_PLACE:
            # A line of somebody else's file can give several rows.
            outcome = self._correct_in_place(kind, [row for row in rows if row["line"] in lines])
            self.touch(kind, outcome["touched"])
            return outcome["corrected"], outcome["rejects"]
        if kind not in CORRECTABLE:
            return 0, refused
        by_line = {row["line"]: row for row in rows}
        still = [why for each in refused if (why := self._correct(kind, by_line[each["line"]], each))]
        return len(refused) - len(still), still

    def _correct_in_place(self, kind: str, rows: list[Row]) -> dict[str, Any]:
        """What became of the rows."""
        return self._repeated(lambda transaction: correct(transaction, kind, rows, load=self.load))

    def _correct(self, kind: str, row: Row, refused: dict[str, Any]) -> dict[str, Any] | None:
        """Why the row has not replaced what was known under its id; None: it has."""
        with self.database.transaction() as transaction:
            done = replace(transaction, kind, row, load=self.load)
            if done is None or done["rejects"]:
                transaction.rollback()
                return done["rejects"][0] if done else refused
        self.touch(kind, done["touched"])
        return None


def load(
    database: Database,
    paths: Sequence[Path],
    *,
    kind: str | None = None,
    mapping: str | None = None,
    answers: Mapping[str, str] | None = None,
    rejects: Path | None = None,
    dry_run: bool = False,
    correct: bool = False,
    by: str | None = None,
    batch: int = 10_000,
    categories: Categories | None = None,
    prefix: str | None = None,
    all_ids: bool = False,
    zone: str | None = None,
    most_clashes: float = 1.0,
    progress: Callable[[str], None] = lambda message: None,
    touch: Callable[[str, Iterable[str]], None] = lambda kind, touched: None,
    preview: Callable[[Chunk], None] = lambda chunk: None,
    into: Target | None = None,
) -> list[Loaded]:
    """Every good row of the files is in the graph; returns what became of the rows, by file and kind.

    paths:   files, and directories whose files are named for their kinds. Kinds that others refer to go first.
    kind:    of the rows, where the files' names do not say it.
    mapping: the name or path of a mapping file, for files that are not in our form.
    answers: to what the mapping asks, by name.
    rejects: where to write the bad rows with their reasons; the file is made only when there are any. A path
             that no file can replace, or that is read here, is a ParameterError before anything is loaded.
    dry_run: everything is checked, also against the graph, in one transaction that is rolled back.
    correct: what is known with other values becomes what the row says, instead of the row being rejected: facts,
             and of entities, products and sites the columns that kinds.py says.
    by:      the person who loads; kept with what is new.
    batch:   rows in one transaction.
    categories: those that products and sites may have; None: the shipped ones.
    prefix:  put before the id of every fact, so that those of two sources stay apart.
    all_ids: put before the ids of entities, products and sites as well, where they are named and where they name.
    zone:    where days and times without a zone are read, in files of our form, and the days of obligations are
             meant; None: bare days are rejected, and days late are those of UTC. A row's own zone goes first.
    most_clashes: the share of a file's rows whose ids may be known with other content; where there are more,
             nothing is written. By default they are rejected one by one. A correction clashes with nothing.
    touch:   told, kind by kind, of the entities whose ratings what is new can change; of memberships, the schemes.
    preview: told of each chunk before its rows are stored; it keeps none of them.
    into:    where the rows go in place of the graph, which then is only asked for zones and secrets.
    Raises RecordError for a file that cannot be used at all, before anything of any file is written, and
    every StoreError; what was stored until then stays, and repeating the load completes it.
    """
    if rejects:
        output_files.check(rejects)
    files = _files(paths, kind=kind, mapping=mapping, rejects=rejects)
    if answers and not mapping:
        raise ParameterError("answers are for a mapping: --set goes with --mapping")
    # Once: a mapping may be edited while its files are read.
    made = resolve(mapping, answers or {}) if mapping else None
    chunks_of = partial(
        read,
        kind=kind,
        mapping=made,
        chunk_rows=batch,
        categories=categories,
        prefix=prefix,
        all_ids=all_ids,
        zone=zone,
        secret=cache(partial(_secret, database, dry_run=dry_run)),
    )
    for file in files:  # opened and closed again: one that cannot be used stops the load here
        next(chunks_of(file, chunk_rows=1), None)
    inputs = [*files, *([Path(mapping), *made.tables] if mapping and made else [])]
    if most_clashes < 1 and not correct:
        named = clashes.kinds_of(files, kind, made)
        with _rejected(rejects, inputs) as reject:
            stopped = clashes.forbid(
                database, files, chunks_of, named, most=most_clashes, reject=reject, progress=progress
            )
        if stopped:
            raise stopped
    kinds = [kind or ("" if mapping else kind_of(file)) for file in files]
    tables = [*made.tables] if made else []

    def begun() -> Load:
        digest = digest_of([*files, *tables], [*kinds, *map(str, tables)], by, made, prefix, all_ids, zone)
        return Load.begin(by, datetime.now(UTC), [visible(str(file)) for file in files], digest)

    with (
        ahead(chunk for file in files for chunk in chunks_of(file)) as chunks,  # from now on, beside what follows
        _rejected(rejects, inputs) as reject,
        database.rolled_back() if dry_run else nullcontext() as rehearsal,
        nullcontext(begun()) if dry_run else under_way(database, begun()) as record,
    ):
        before, zones = Prefix(prefix or "", all_ids=all_ids), ServerZones(database)
        loader = _Loader(
            database, rehearsal, record, correct, reject, progress, touch, preview, before, zones, into
        )
        for chunk in chunks:
            loader.take(chunk)
        loaded = [Loaded(kind, file, **counts) for (kind, file), counts in loader.counts.items()]
        if not dry_run:
            finish = into.finish if into else partial(database.run, "finish_load")
            _record(finish, record, loaded, rejects)
    return loaded


def _secret(database: Database, *, dry_run: bool) -> bytes:
    """The key of pseudonyms; in a dry run without one, another that serves as well and is not kept."""
    if dry_run:
        return known(database, "pseudonyms") or token_bytes(32)
    return salt(database, "pseudonyms")


def _record(finish: Callable[..., object], load: Load, loaded: Sequence[Loaded], rejects: Path | None) -> None:
    """The load says how many rows it had; one that brings, corrects and rejects nothing leaves no trace here."""
    rejected = sum(each.rejected for each in loaded)
    if rejected or any(each.corrected or each.stored for each in loaded):
        finish(
            id=load.id,
            by=load.by,
            at=load.at,
            files=list(load.files),
            digest=load.digest,
            finished=datetime.now(UTC),
            rows=rejected + sum(x.stored + x.completed + x.corrected + x.known for x in loaded),
            rejected=rejected,
            rejects=visible(rejects.name) if rejects and rejected else None,
        )


def _files(paths: Sequence[Path], *, kind: str | None, mapping: str | None, rejects: Path | None) -> list[Path]:
    """The files to load, directories opened, in the order in which kinds depend on each other.

    The rejects of an earlier load may lie in a directory among the files that they are from.
    """
    former = rejects and rejects.is_file() and is_rejects(rejects) and Path(os.path.realpath(rejects))
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [
                file
                for file in sorted(path.iterdir())
                if file.name.lower().endswith(ENDINGS)
                and not is_lock(file)
                and Path(os.path.realpath(file)) != former
            ]
            if not inside:
                raise RecordError(
                    f"the directory holds no file that ends in one of {', '.join(ENDINGS)}", file=str(path)
                )
            found.extend(inside)
        else:
            found.append(path)
    if not found:
        raise ParameterError("name at least one file to load")
    if kind or mapping:
        return found
    return sorted(found, key=lambda file: list(KINDS).index(kind_of(file)))


def _rejected(
    path: Path | None, inputs: Sequence[Path]
) -> AbstractContextManager[Callable[[Iterable[Reject]], None]]:
    """A function that takes rejects, for the file at this path, if any."""
    return write_rejects(path, inputs=inputs) if path else nullcontext(_forget)


def _forget(rejects: Iterable[Reject]) -> None:
    """Where no rejects file is wanted, their number is all that is kept."""
