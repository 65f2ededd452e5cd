"""A backup in the place of the managed Neo4j's graph, without those who have left since.

The store is made in a home that nobody knows of, as `innercircle import` makes one; what the journal has of the
time since is repeated there; then it takes the place of the old one. Wherever this is killed, one whole store is
there.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from graph.errors import LocalServerFailed, RecordError, Refused
from graph.facts.first_fill.kept import require_empty
from graph.rights import kept_journal
from graph.rights.backing_up import DUMP, ELSEWHERE
from graph.rights.replay import replay
from graph.server import admin_tool, bulk_import, local, packing, seals
from graph.server.connect import connect, journal
from graph.server.home import explained, is_read_only, locate, settle
from graph.settings import Settings
from graph.store import endings, migrations
from graph.store.client import Database
from graph.store.journal import FILE, KEYS, Ending, Journal, Position

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Restored:
    """What came out of a backup, and what ended in it again."""

    at: datetime
    "of the backup"
    nodes: int
    relationships: int
    repeated: dict[str, int]
    "endings since the backup, by kind"
    until: datetime | None
    "of the journal's last line: of what ended later nobody knows here; None: there is no line"
    keys: tuple[str, ...]
    "the keys that were put back"


def restore(
    settings: Settings,
    backup: Path,
    *,
    replace: bool = False,
    without_journal: bool = False,
    with_keys: bool = False,
    progress: Progress = lambda step: None,
) -> Restored:
    """The graph of the managed Neo4j is that of the backup, without what ended since; the server runs.

    replace: also where there is a graph already, which is gone then. without_journal: whoever left since the
    backup is back, because nobody knows who. with_keys: those of the backup, where the home has none.
    Raises Refused, LocalServerFailed, RecordError; then everything is as before.
    """
    if settings.neo4j_uri is not None:
        what = (
            "run `neo4j-admin database load neo4j --from-path=DIRECTORY --overwrite-destination=true`, and then "
            "`innercircle journal --repeat` here"
        )
        raise LocalServerFailed(ELSEWHERE.format(settings.neo4j_uri, "restored", what, journal(settings).folder))
    opener, home, kept_in = seals.opener(settings), locate(settings), journal(settings)
    told = packing.manifest_of(backup, opener)
    since(kept_in, told, without_journal=without_journal)  # refused before anything is touched
    if is_read_only(home):
        raise Refused(f"{home} is an inspection copy, which takes no writes: name the home of the graph itself")
    local.start(settings, progress=progress)  # a new home gets its password and its database of users
    with explained(home), bulk_import.alone(home) as files:
        _look_at_what_is_there(settings, kept_in, replace=replace, without_journal=without_journal)
        progress("opening the backup")
        packing.unpack(backup, files, opener)
        try:
            progress("stopping Neo4j")
            with local.set_aside(settings) as (home, _):
                ended = since(kept_in, told, without_journal=without_journal)  # from here on nothing ends
                goes_on = _going_on(kept_in, files) if without_journal else kept_in
                found, repeated = _make(settings, home, files, ended, goes_on, progress)
                keys = _put_back_keys(home, files) if with_keys else ()
                if goes_on is not kept_in:
                    _begin_journal(kept_in, goes_on)
                bulk_import.put_in_place(home)
                settle(home)
        finally:
            local.start(settings, progress=progress)
    until = kept_in.endings()[-1:]
    return Restored(
        datetime.fromisoformat(told["at"]),
        found["nodes"],
        found["relationships"],
        repeated,
        until[0].at if until else None,
        keys,
    )


def since(kept_in: Journal, told: dict[str, Any], *, without_journal: bool) -> list[Ending]:
    """What the journal has of the time after the backup.

    told: the backup's manifest. without_journal: of a journal that lacks what the backup knew, what there is.
    Raises Refused where there is no journal, one that is older than the backup or of another graph; and, without a
    journal, where there is one that will do. RecordError for one that was altered.
    """
    place, key = Position(told["journal"]["number"], told["journal"]["hash"]), told["journal"]["key"]
    try:
        found, has = kept_in.endings(), kept_in.has(place)
        secrets = kept_in.secrets()
    except RecordError:
        if without_journal:
            return []
        raise
    if without_journal:
        if has and key in secrets:
            raise Refused(
                f"the journal in {kept_in.folder} goes as far as the backup knew, and says who has left since: "
                "restore without --without-journal"
            )
        made = datetime.fromisoformat(told["at"])
        return [each for each in found if each.at > made and each.key == key and key in secrets]
    if not has and kept_in.end().number == 0:
        raise Refused(
            f"there is no journal in {kept_in.folder}, and without it whoever was erased, left or objected since "
            f"{told['at']} would be back: bring the folder of the home that was lost, or a copy, and set "
            "INNERCIRCLE_JOURNAL. If there is none any more, --without-journal restores all the same"
        )
    if not has:
        raise Refused(
            f"the journal in {kept_in.folder} ends with line {kept_in.end().number:,}, or is another: the backup "
            f"of {told['at']} knew its line {place.number:,}. It lacks what ended since: bring a newer copy"
        )
    if key not in secrets:
        raise Refused(
            f"the journal's keys.json in {kept_in.folder} lacks the key {key} of this backup, without which "
            "nobody is found: bring that file"
        )
    return [each for each in found if each.number > place.number]


def _look_at_what_is_there(settings: Settings, kept_in: Journal, *, replace: bool, without_journal: bool) -> None:
    """The graph that is there may go, and what ended in it is in the journal. Raises Refused."""
    with connect(settings) as database:
        if not replace:
            _require_empty(database)
        elif not without_journal:
            kept_journal.check_lines(database, kept_in)
            endings.flush(database, kept_in)


def _require_empty(database: Database) -> None:
    try:
        require_empty(database)
    except Refused as error:
        raise Refused(
            f"{str(error).partition(', and ')[0]}: --replace puts the backup in their place, and they are gone"
        ) from None


def _make(
    settings: Settings, home: Path, files: Path, ended: list[Ending], goes_on: Journal, progress: Progress
) -> tuple[dict[str, Any], dict[str, int]]:
    """The hidden home has the store, whole and without what ended, and no server runs there."""
    hidden = bulk_import.prepare(settings, home, files)
    progress("writing the store")
    if not (files / DUMP).exists():
        raise RecordError(f"the backup lacks {DUMP}")
    words = ("database", "load", "neo4j", f"--from-path={files}", "--overwrite-destination=true")
    admin_tool.run(hidden, hidden.home, *words, pid=bulk_import.pid_of(home))
    server = local.start(hidden, progress=progress)
    try:
        # with no journal of its own: what ends here is in it already
        with Database(server.uri, server.user, server.password, name="neo4j") as database:
            progress("repeating what has ended since")
            migrations.apply(database)
            repeated = replay(database, ended, goes_on.secrets())
            endings.remember(database, goes_on.end())
            found = database.one("extent")
    finally:
        local.stop(hidden)
    return found, dict(repeated)


def _put_back_keys(home: Path, files: Path) -> tuple[str, ...]:
    """The keys of the backup are in the home, which had none. Raises Refused."""
    keys = home / "keys"
    if keys.exists() and any(keys.glob("*.jwk")):
        raise Refused(f"{keys} holds keys already: those of the backup are only put back where there are none")
    keys.mkdir(mode=0o700, exist_ok=True)
    found = sorted((files / "keys").glob("*.jwk"))
    for each in found:
        shutil.copyfile(each, keys / each.name)
        (keys / each.name).chmod(0o600)
    return tuple(each.stem for each in found)


def _going_on(kept_in: Journal, files: Path) -> Journal:
    """The journal that the graph has from now on: of the two the one that holds and goes further."""
    of_backup = Journal(files / "journal")
    try:
        return of_backup if of_backup.has(kept_in.end()) else kept_in
    except RecordError:
        return of_backup


def _begin_journal(kept_in: Journal, goes_on: Journal) -> None:
    """The journal of the backup goes on, so that older backups know it; one that is damaged is moved aside."""
    kept_in.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (KEYS, FILE):
        place = kept_in.folder / name
        if place.exists():
            place.replace(kept_in.folder / f"{name}.before")
        shutil.copyfile(goes_on.folder / name, place)
        place.chmod(0o600)
