"""A backup of the managed Neo4j: its graph, keys, settings, and how far the journal went, in one sealed file.

Neo4j Community dumps a store only while nothing has it open. So the server is stopped for as long as that takes,
and started again before the file is written.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from graph import __version__, output_files
from graph.errors import LocalServerFailed, Refused
from graph.rights import kept_journal
from graph.server import admin_tool, backups, local, packing, seals
from graph.server.connect import connect, journal
from graph.server.home import explained, free_megabytes, is_read_only, locate, read_state
from graph.server.jars import exclusive
from graph.settings import Settings
from graph.store import endings, migrations
from graph.store.journal import FILE, KEYS, SECRET, Journal, key_of

Progress = Callable[[str], None]
DUMP = "neo4j.dump"
ELSEWHERE = (
    "INNERCIRCLE_NEO4J_URI={} is set, and only a managed Neo4j can be {} from here. There, {}, and keep a copy of "
    "{} beside it: docs/restoring.md says how both are used"
)
NOT_SHOWN = ("neo4j_password",)


@dataclass(frozen=True)
class BackedUp:
    """One backup."""

    file: Path
    bytes: int
    nodes: int
    relationships: int
    journal: int
    "the number of the journal's last line"
    removed: tuple[str, ...]
    "older backups that are not kept"
    sealed_with: str
    "the passphrase, or the public key, in hex"


def back_up(
    settings: Settings,
    folder: Path,
    *,
    now: datetime,
    keep: tuple[int, int, int] | None = None,
    progress: Progress = lambda step: None,
) -> BackedUp:
    """A backup is in the folder, and the server runs.

    keep: how many days, weeks and months of ours stay in the folder; None: all. Nothing is removed before the new
    one is whole. Raises LocalServerFailed, Refused, ParameterError; then there is no new one.
    """
    if settings.neo4j_uri is not None:
        what = "run `neo4j-admin database dump neo4j --to-path=DIRECTORY` while it is stopped"
        raise LocalServerFailed(ELSEWHERE.format(settings.neo4j_uri, "backed up", what, journal(settings).folder))
    seal, home = seals.seal(settings), locate(settings)
    if is_read_only(home):
        raise Refused(f"{home} is an inspection copy: name the home of the graph itself")
    out = folder / backups.name_at(now)
    output_files.check_directory(folder, [out.name])  # before anything is stopped
    kept_in = journal(settings)
    if read_state(home) is None:
        raise LocalServerFailed(f"there is no managed Neo4j in {home}: nothing is there to be backed up")
    with explained(home), _alone(home) as scratch:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        local.start(settings, progress=progress)  # a backup that was killed has left it stopped
        key, counts = _settled(settings, kept_in)
        _dump(settings, scratch, progress)
        place = kept_in.end()  # nobody has the store open, so whatever is committed later comes later
        progress("sealing it")
        told = {
            "at": now.isoformat(),
            "innercircle": __version__,
            "neo4j": settings.neo4j_version,
            **counts,
            "journal": {"number": place.number, "hash": place.hash, "key": key},
        }
        packing.pack(out, _files(settings, scratch, kept_in), told, seal)
    removed = _thinned(folder, keep)
    size, nodes, relationships = out.stat().st_size, counts["nodes"], counts["relationships"]
    return BackedUp(out, size, nodes, relationships, place.number, removed, seal.says)


@contextmanager
def _alone(home: Path) -> Iterator[Path]:
    """No other backup of this home is at work. Yields an empty folder of its owner's, which is gone afterwards.

    What a killed backup has left there is gone as well.
    """
    scratch = home / backups.SCRATCH
    with exclusive(home / f"{backups.SCRATCH}.lock", work=f"backing up {home}"):
        if scratch.exists():
            admin_tool.end(scratch / admin_tool.PID, scratch)
            shutil.rmtree(scratch)
        scratch.mkdir(mode=0o700)
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _settled(settings: Settings, kept_in: Journal) -> tuple[str, dict[str, int]]:
    """Nothing waits for the journal, and the graph has its key, which comes back with what it holds."""
    with connect(settings) as database:
        migrations.require(database)
        kept_journal.check(database, kept_in)
        endings.flush(database, kept_in)
        value = endings.begin(database, kept_in)
        found = database.one("extent")
    return key_of({SECRET: value}), {name: found[name] for name in ("nodes", "relationships")}


def _dump(settings: Settings, scratch: Path, progress: Progress) -> None:
    try:
        progress("stopping Neo4j")
        with local.set_aside(settings) as (home, _):
            size = sum(each.stat().st_size for each in (home / "data").rglob("*") if each.is_file()) // 2**20
            if (free := free_megabytes(home)) < size:
                raise LocalServerFailed(
                    f"only {free} MB are free in {home}, and a dump of {size} MB may need as much: none was made"
                )
            progress("dumping the store")
            admin_tool.run(
                settings, home, "database", "dump", "neo4j", f"--to-path={scratch}", pid=scratch / admin_tool.PID
            )
    finally:
        local.start(settings, progress=progress)


def _files(settings: Settings, scratch: Path, kept_in: Journal) -> dict[str, Path]:
    shown = scratch / "settings.json"
    said = settings.model_dump(mode="json", exclude=set(NOT_SHOWN))
    shown.write_text(json.dumps(said, indent=1, default=str), encoding="utf-8")
    keys = sorted((locate(settings) / "keys").glob("*.jwk"))
    lines = [kept_in.folder / name for name in (FILE, KEYS) if (kept_in.folder / name).exists()]
    return {
        "settings.json": shown,
        **{f"keys/{each.name}": each for each in keys},
        **{f"journal/{each.name}": _copied(each, scratch) for each in lines},
        DUMP: scratch / DUMP,
    }


def _copied(file: Path, scratch: Path) -> Path:
    """A copy, which nobody appends to while it is read."""
    copy = scratch / f"copy-of-{file.name}"
    shutil.copyfile(file, copy)
    return copy


def _thinned(folder: Path, keep: tuple[int, int, int] | None) -> tuple[str, ...]:
    if keep is None:
        return ()
    days, weeks, months = keep
    gone = backups.superfluous([each.name for each in folder.iterdir()], days=days, weeks=weeks, months=months)
    for name in gone:
        (folder / name).unlink()
    return tuple(gone)
