"""Ratings that were made from a snapshot where there is no store are published as a run, or not at all.

What is refused is refused before anything is written; from then on it is a run like any other
(graph/rating/run.py:carry_out), which is started again where it was killed.
"""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from graph.errors import NotFound, RecordError, Refused
from graph.model import Run
from graph.policy.publishing import published, row_of
from graph.policy.scheme import Scheme
from graph.rating import voices
from graph.rating.engines.contract import Progress, Work
from graph.rating.engines.spark import layout
from graph.rating.run import carry_out, record_of
from graph.rating.runs import alone, recorded
from graph.rating.voices import Source
from graph.store.client import Database, utc

PIECE = 1 << 20
"Bytes of a file in memory while it is hashed."


@dataclass(frozen=True)
class Found:
    """A snapshot's ratings, in which nothing is missing and nothing was changed."""

    snapshot: layout.Manifest
    ratings: layout.Ratings
    directory: Path
    "of the ratings"


def publish_run(
    database: Database, directory: Path, *, batch: int = 10_000, progress: Progress = lambda step: None
) -> Run:
    """The ratings of the snapshot in `directory` are published; returns the finished run.

    Members that have left since are left out; those that have joined since wait for the next run. Where a circle
    has lost somebody, or a dispute was opened or decided since, the ratings are marked stale: the next run settles
    it.
    Raises RecordError (a file is missing, there besides, or was changed), NotFound (no ratings, no such scheme),
    Refused (another policy is published; a later run is; a founder is none any more), StoreConflict (a run of the
    scheme is under way), and any StoreError; a run that was broken off can simply be started again.
    """
    from graph.rating.engines.arrays.from_files import FromFiles  # pyarrow and scipy are slow to import

    found = check(directory)
    snapshot, made = found.snapshot, found.ratings
    scheme, run = snapshot.scheme, str(uuid.uuid4())
    as_of, taken = layout.midnight(snapshot), datetime.fromisoformat(snapshot.taken)
    with alone(database, scheme.id, run) as tags:
        _check_current(database, scheme, as_of, taken)
        source = _source(database, scheme, found)
        extent = {"range": snapshot.range, "members": made.members}
        record = record_of(database, scheme, as_of, made.engine, extent, batch) | (
            source.record() if source else {}
        )
        software = f"{made.software}, Spark {made.spark}, Java {made.java}"
        # what is newer than the snapshot is newer than the ratings
        database.run("record_run", id=run, run=record | {"software": software, "started": taken})
        now = utc(database.one("server_time")["now"])
        work = Work(database, scheme, as_of, run, now, snapshot.range, batch, source, tags, progress)
        rater = FromFiles(work, found.directory, made)
        done = carry_out(work, rater)
        if rater.lost or database.one("disputed_since", since=taken)["disputes"]:
            database.run("mark_stale", scheme=scheme.id)
    return done


def check(directory: Path) -> Found:
    """The ratings in this snapshot's directory. Raises NotFound, RecordError naming the file that does not fit."""
    manifest, ratings = directory / layout.MANIFEST, directory / layout.RATINGS
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
    expected = {file.name: file.sha256 for file in made.table.files}
    there = {path.name for path in ratings.iterdir() if not path.name.startswith(".")} - {layout.MANIFEST}
    for name in sorted(expected.keys() ^ there):
        what = "is not there" if name in expected else "is there, and the manifest does not name it"
        raise RecordError(
            f"it {what}: copy the ratings again, or rate the snapshot again", file=str(ratings / name)
        )
    for name, wanted in expected.items():
        if (digest := _sha256(ratings / name)) != wanted:
            raise RecordError(
                f"it has sha256 {digest}, and the manifest says {wanted}: rate the snapshot again",
                file=str(ratings / name),
            )
    return Found(snapshot, made, ratings)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for piece in iter(partial(file.read, PIECE), b""):
            digest.update(piece)
    return digest.hexdigest()


def _check_current(database: Database, scheme: Scheme, as_of: datetime, taken: datetime) -> None:
    """The snapshot is of the policy that is published, and of no time before the last run. Raises Refused."""
    now = published(database, scheme.id).scheme
    if now.hash != scheme.hash:
        raise Refused(
            f"the snapshot was taken under version {scheme.version} of the policy of {scheme.id}, and "
            f"{now.version} is published now: take another snapshot"
        )
    last = row_of(database, scheme.id).get("run")
    if last is None:
        return
    run = recorded(database, last)
    if run.as_of > as_of:
        raise Refused(
            f"the snapshot is as of {as_of.isoformat()}, and {scheme.id} was rated as of {run.as_of.isoformat()} "
            "already: take another snapshot"
        )
    if run.started > taken:
        raise Refused(
            f"the snapshot was taken at {taken.isoformat()}, and {scheme.id} was rated since, at "
            f"{run.started.isoformat()}: take another snapshot"
        )


def _source(database: Database, scheme: Scheme, found: Found) -> Source | None:
    """The founders with whom the voices were made. Raises Refused where one is none any more."""
    if scheme.voice is None:
        return None
    from pyarrow import parquet

    files = [found.directory.parent / file.name for file in found.snapshot.tables["founders"].files]
    rids = sorted(rid for file in files for rid in parquet.read_table(file).column("rid").to_pylist())
    gone = set(rids) - {each.rid for each in voices.founders(database, scheme.id)}
    if gone:
        raise Refused(
            f"of the founders of the snapshot, {len(gone):,} {'is' if len(gone) == 1 else 'are'} in force no "
            "longer, and nobody is heard by a word that was taken back: take another snapshot"
        )
    return Source(tuple(rids))
