"""kill -9 of a command at a random moment; it is repeated, and the whole graph is as where nobody disturbed.

Set aside, because they differ between two commands that did the same: the store's own ids, when something was done
(`since`, `changed`, `started`, `finished`), the random names of runs and loads, seals, and keys (`Secret`).
"""

import os
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from graph.errors import LocalServerFailed
from graph.server import local, packing, seals
from graph.server.backups import made_at
from graph.server.connect import connect
from graph.settings import Settings
from tests.conftest import WIPE
from tests.drills.home import INNERCIRCLE, SCHEME, make_up, own_neo4j, publish, variables_of
from tests.drills.outcome import Outcome, together
from tests.kept import Content
from tests.waiting import wait_for
from tests.whole_graph import Graph, differences, whole_graph

MEMBERS, CONTACTS, FACTS = 150, 3_000, 900
ANY = (0.1, 1.0)
"Before that, Python starts."
MOST_TOLD = 6
"Of one kill."
ENOUGH = 30
"Moments that are tried for one kill: it may come when the command has ended."
LATE = "36500"
"Days after which anything is late: what is made up was loaded long ago."
FINISHED = "MATCH (r:Run) WHERE r.finished IS NOT NULL RETURN count(*) AS runs"


NOTHING = Content([], [])


@dataclass(frozen=True)
class Place:
    """A home, the files that are loaded into it, the folder for backups, and what a graph may begin with."""

    settings: Settings
    files: Path
    empty: Content = NOTHING
    "schemes alone"
    loaded: Content = NOTHING
    "and everything that is in the files"

    @property
    def folder(self) -> Path:
        """Where commands are given."""
        return self.files.parent

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    @property
    def log(self) -> Path:
        """What the last command said: a pipe would be kept open by whatever a killed one has started."""
        return self.folder / "command.log"

    def innercircle(self, arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
        """The command as a process of its own."""
        given = {
            **variables_of(self.settings),
            "INNERCIRCLE_BACKUP_PASSPHRASE_FILE": str(self.settings.backup_passphrase_file),
            "INNERCIRCLE_BATCH_ROWS": "250",
            "INNERCIRCLE_BATCH_MEMBERS": "25",
            "INNERCIRCLE_LATE_AFTER_DAYS": LATE,
            "INNERCIRCLE_BACKUP_LATE_AFTER_DAYS": LATE,
        }
        words = [argument.format(files=self.files, backups=self.backups) for argument in arguments]
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [*INNERCIRCLE, *words],
                env=os.environ | given,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )


@dataclass(frozen=True)
class Command:
    """What is killed, and from which graph it begins."""

    words: tuple[str, ...]
    loaded: bool = True
    "else from a graph with nothing but schemes"
    backs_up: bool = False
    "whether one whole backup has to be there afterwards"
    at_once: bool = True
    "whether it can be repeated as it is; else Neo4j is started first"
    once: bool = False
    "whether a run that had finished when the kill came would be made again: another moment is tried then"


COMMANDS = {
    "load": Command(("load", "{files}"), loaded=False),
    "import": Command(("import", "{files}"), loaded=False),
    "rate-cypher": Command(("rate", SCHEME, "--as-of", "2026-06-30", "--engine", "cypher"), once=True),
    "rate-arrays": Command(("rate", SCHEME, "--as-of", "2026-06-30", "--engine", "arrays"), once=True),
    "nightly": Command(("nightly", "--backup-to", "{backups}"), backs_up=True, at_once=False),
    "backup": Command(("backup", "{backups}"), backs_up=True),
    "compact": Command(("compact",)),
}


def run(
    name: str,
    times: int,
    *,
    repeated: bool = True,
    moments: tuple[float, float] = ANY,
    when: Callable[[Path], bool] | None = None,
    where: Callable[[], AbstractContextManager[Place]] | None = None,
) -> Outcome:
    """The command of this name, killed so often.

    repeated: False: it is not, and something should be missing. moments: of the time that it takes undisturbed.
    when: what is to be true of the home when the kill comes; None: it comes at a random moment of those.
    where: None: in a place of its own.
    """
    command = COMMANDS[name]
    with (where or own_place)() as place:
        content = place.loaded if command.loaded else place.empty
        _begin(place, content)
        began = time.monotonic()
        _finish(place, command)
        whole = time.monotonic() - began
        expected, tidy = _graph(place), _names(place)
        outcomes, begun = list[Outcome](), time.monotonic()
        for _ in range(times):
            _begin(place, content)
            moment = _killed(place, command, content, (whole * moments[0], whole * moments[1]), when)
            if repeated:
                _finish(place, command)
            seen = _after(place, command, expected, tidy)
            outcomes.append(_outcome(seen, f"{name}, killed after {moment:.2f} of {whole:.2f} s"))
        return replace(together(*outcomes), seconds=time.monotonic() - begun)


def _outcome(seen: Sequence[str], where: str) -> Outcome:
    """Of one kill: what was seen says in its first word what it is."""
    counts = Counter(each.partition(":")[0] for each in seen)
    lost, doubled = bool(counts["lost"]), bool(counts["doubled"]) and not counts["lost"]
    told = tuple(f"{where}: {each}" for each in seen[:MOST_TOLD])
    return Outcome(1, not (lost or doubled), lost, doubled, counts["leaked"], 0.0, told)


@contextmanager
def own_place() -> Iterator[Place]:
    """A home with a Neo4j of its own; no process that was killed there is left afterwards."""
    with tempfile.TemporaryDirectory(prefix="innercircle-files-") as name, own_neo4j() as settings:
        folder = Path(name)
        (folder / "passphrase").write_text("correct horse battery staple\n")
        make_up(folder / "files", members=MEMBERS, contacts=CONTACTS, facts=FACTS)
        place = Place(
            settings.model_copy(update={"backup_passphrase_file": folder / "passphrase"}), folder / "files"
        )
        try:
            yield _with_beginnings(place)
        finally:
            for each in _processes(place):
                each.kill()


def _with_beginnings(place: Place) -> Place:
    with connect(place.settings) as database:
        publish(database)
        database.run("make_secret", name="veil", value="5e" * 32)
        empty = Content.of(database)
        _finish(place, COMMANDS["load"])
        return replace(place, empty=empty, loaded=Content.of(database))


def _begin(place: Place, content: Content) -> None:
    """Neo4j runs, the graph is this one, and there is no backup."""
    local.start(place.settings)
    for each in place.backups.glob("*"):
        each.unlink()
    with connect(place.settings) as database:
        database.statement(WIPE)
        content.put_back(database)


def _killed(
    place: Place,
    command: Command,
    content: Content,
    between: tuple[float, float],
    when: Callable[[Path], bool] | None,
) -> float:
    """The command was begun and killed before its end; seconds after which."""
    for _ in range(ENOUGH):
        began, process = time.monotonic(), place.innercircle(command.words)
        if when is None:
            time.sleep(random.uniform(*between))
        else:
            wait_for(lambda: when(place.settings.home) or process.poll() is not None)  # noqa: B023
        moment = time.monotonic() - began
        ended = process.poll() is not None
        process.kill()
        process.wait()
        if not command.at_once:
            local.start(place.settings)
        if not ended and not (command.once and _finished_runs(place)):
            return moment
        _begin(place, content)
    raise AssertionError(f"{command.words[0]} was never killed before its end")


def _finished_runs(place: Place) -> int:
    with connect(place.settings) as database:
        return int(database.statement(FINISHED)[0]["runs"])


def _finish(place: Place, command: Command) -> None:
    code = place.innercircle(command.words).wait(1_200)
    said = place.log.read_text(errors="replace")
    assert code == 0, f"{' '.join(command.words)} ended with {code}: {said[-2000:]}"


# What is there afterwards ----------------------------------------------------------------------------


def _after(place: Place, command: Command, expected: Graph, tidy: set[str]) -> list[str]:
    """What is not as it is where nobody disturbed: a line each, `lost`, `doubled` or `leaked`."""
    try:
        found = differences(_graph(place), expected)
    except LocalServerFailed as error:  # by what holds the store
        found = [f"- {error}"]
    seen = [f"{'doubled' if each.startswith('+') else 'lost'}: {each[:300]}" for each in found]
    if command.backs_up:
        seen += _backups(place)
    seen += [f"leaked: the file {name}" for name in sorted(_names(place) - tidy)]
    server = local.status(place.settings)
    own = server.pid if server else None
    return seen + [f"leaked: the process {each.pid}" for each in _processes(place) if each.pid != own]


def _graph(place: Place) -> Graph:
    local.start(place.settings)
    with connect(place.settings) as database:
        return whole_graph(database)


def _backups(place: Place) -> list[str]:
    """A whole backup is there; a second one is none too many where the first was made before the kill."""
    there = sorted(place.backups.iterdir()) if place.backups.is_dir() else []
    ours = [each for each in there if made_at(each.name)]
    seen = [f"leaked: {each.name} among the backups" for each in there if each not in ours]
    if not ours:
        return [*seen, "lost: there is no backup"]
    for each in ours:
        nodes = packing.manifest_of(each, seals.opener(place.settings)).get("nodes", 0)
        seen += [] if nodes else [f"lost: {each.name} says of no nodes"]
    return seen


def _names(place: Place) -> set[str]:
    """What is right in the home, but for what a run of Neo4j may leave or not, and where commands are given."""
    names = {each.name for folder in (place.settings.home, place.folder) for each in folder.iterdir()}
    return names - {"reserve", "tmp", "plugins"}


def _processes(place: Place) -> list[psutil.Process]:
    """Those that work on this home."""
    found = []
    for each in psutil.process_iter(["cmdline"]):
        words = " ".join(each.info["cmdline"] or ())
        if str(place.settings.home) in words and each.pid != os.getpid():
            found.append(each)
    return found
