"""Ratings that were made from a snapshot where there is no store are published as a run, or not at all.

What is refused is refused before anyone is published; from then on it is a run like any other
(graph/rating/run.py:carry_out), which is started again where it was killed.
"""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from graph.errors import NotFound, RecordError, Refused
from graph.model import Run
from graph.policy.publishing import published, row_of
from graph.policy.scheme import Scheme
from graph.rating import voices
from graph.rating.engines.contract import Progress, Work
from graph.rating.engines.spark import layout
from graph.rating.run import carry_out, enough_memory, record_of
from graph.rating.runs import alone, recorded
from graph.rating.voices import Source
from graph.store.client import Database, utc
from graph.text.days import last_day, second


@dataclass(frozen=True)
class Found:
    """A snapshot's ratings, in which nothing is missing and nothing was changed."""

    snapshot: layout.Manifest
    ratings: layout.Ratings
    directory: Path
    "of the ratings, in that of the snapshot"


def publish_run(
    database: Database, directory: Path, *, batch: int = 10_000, progress: Progress = lambda step: None
) -> Run:
    """The ratings of the snapshot in `directory` are published; returns the finished run.

    Members that have left since are left out; those that have joined since wait for the next run. Where somebody
    who left or a pause changes others' ratings, or a dispute was opened or decided since, the ratings are marked
    stale: the next run settles it.
    The run began, for whoever asks whether facts are newer, when the snapshot was taken.
    batch: members in one transaction at most.
    Raises RecordError (a file is missing, there besides, or was changed; a rating that no run gives), NotFound (no
    ratings, no such scheme), Refused (another policy is published; the scheme was rated since; a founder is none
    any more; the snapshot is of another store), StoreConflict (a run of the scheme is under way), and any
    StoreError; a run that was broken off can simply be started again.
    """
    # pyarrow and scipy are slow to import
    from graph.rating.engines.arrays import rating_files
    from graph.rating.engines.arrays.from_files import FromFiles

    progress("checking the ratings")
    found = check(directory)
    snapshot, made = found.snapshot, found.ratings
    scheme, run = snapshot.scheme, str(uuid.uuid4())
    as_of, taken = layout.midnight(snapshot), layout.taken(snapshot)
    with enough_memory(made.engine):
        rows = rating_files.read(found.directory, made, scheme, snapshot.range)
        founders = rating_files.founders(directory, snapshot)
    with alone(database, scheme.id, run) as tags:
        now = utc(database.one("server_time")["now"])
        _check_current(database, scheme, as_of, taken, now)
        source = _source(database, scheme, founders)
        extent = {"range": snapshot.range, "members": made.members}
        record = record_of(database, scheme, as_of, made.engine, extent, batch) | {
            "software": f"{made.software}, Spark {made.spark}, Java {made.java}",
            "started": taken,  # what is newer than the snapshot is newer than the ratings
            "stale": database.one("disputed_since", since=taken)["disputes"] > 0 or None,
        }
        database.run("record_run", id=run, run=record | (source.record() if source else {}))
        work = Work(database, scheme, as_of, run, now, snapshot.range, batch, source, tags, progress)
        return carry_out(work, FromFiles(work, rows, made), made.engine)


def check(directory: Path) -> Found:
    """The ratings in this snapshot's directory. Raises NotFound, RecordError naming the file that does not fit."""
    manifest, ratings = directory / layout.MANIFEST, directory / layout.RATINGS
    if directory.name == layout.RATINGS and (directory.parent / layout.MANIFEST).is_file():
        raise NotFound(f"{directory} has the ratings of a snapshot: name the snapshot, {directory.parent}")
    if not manifest.is_file():
        raise NotFound(f"{directory} is no snapshot: there is no {manifest}")
    if not (ratings / layout.MANIFEST).is_file():
        raise NotFound(f"{directory} has no ratings: make them with `innercircle-spark rate`")
    content = manifest.read_bytes()
    snapshot = layout.decoded(content, str(manifest))
    made = layout.decoded_ratings((ratings / layout.MANIFEST).read_bytes(), str(ratings / layout.MANIFEST))
    ours = (layout.sha256(content), snapshot.as_of, snapshot.hash, list(snapshot.scheme.factors.named()))
    if ours != (made.snapshot_sha256, made.as_of, made.hash, made.factors):
        raise RecordError(
            "it was made from another snapshot, or the snapshot's manifest has changed since: rate it again",
            file=str(ratings / layout.MANIFEST),
        )
    there = {path.name for path in ratings.iterdir() if not path.name.startswith(".")} - {layout.MANIFEST}
    for name in sorted(there - {file.name for file in made.table.files}):
        raise RecordError(
            "it is there, and the manifest does not name it: copy the ratings again", file=str(ratings / name)
        )
    for folder, files in ((ratings, made.table.files), (directory, snapshot.tables["founders"].files)):
        for file in files:
            _check_file(folder / file.name, file.sha256)
    return Found(snapshot, made, ratings)


def _check_file(path: Path, wanted: str) -> None:
    """The file is what a manifest says. Raises RecordError."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise RecordError(
            "the manifest names it, and it is not there: copy it again, or rate the snapshot again", file=str(path)
        ) from error
    if digest != wanted:
        raise RecordError(
            f"it has sha256 {digest}, and the manifest says {wanted}: copy it again, or rate the snapshot again",
            file=str(path),
        )


def _check_current(database: Database, scheme: Scheme, as_of: datetime, taken: datetime, now: datetime) -> None:
    """The snapshot is of the policy that is published, and of no time before the last run. Raises Refused."""
    at = second(taken)
    if taken > now:
        raise Refused(f"the snapshot says that it was taken at {at}, which is yet to come: take another snapshot")
    current = published(database, scheme.id).scheme
    if current.hash != scheme.hash:
        raise Refused(
            f"the snapshot was taken under version {scheme.version} of the policy of {scheme.id}, and "
            f"{current.version} is published now: take another snapshot"
        )
    last = row_of(database, scheme.id).get("run")
    if last is None:
        return
    run = recorded(database, last)
    if run.as_of > as_of:
        raise Refused(
            f"the snapshot is as of {last_day(as_of)}, and {scheme.id} was rated as of {last_day(run.as_of)} "
            "already: take another snapshot"
        )
    if run.started > taken:
        raise Refused(
            f"the snapshot was taken at {at}, and {scheme.id} was rated since, at "
            f"{second(run.started)}: take another snapshot"
        )


def _source(database: Database, scheme: Scheme, rids: list[int]) -> Source | None:
    """The founders with whom the voices were made. Raises Refused where one is none any more."""
    if scheme.voice is None:
        return None
    gone = set(rids) - {each.rid for each in voices.founders(database, scheme.id)}
    if gone:
        raise Refused(
            f"of the founders of the snapshot, {len(gone):,} {'is' if len(gone) == 1 else 'are'} in force no "
            "longer, and nobody is heard by a word that was taken back: take another snapshot"
        )
    return Source(tuple(rids))
