"""The jars of a Neo4j server: each is, byte for byte, what a committed lock file says.

A lock file graph/server/releases/neo4j-<version>.lock has one line for a jar:
`group:artifact:version[:classifier] sha256`. Jars beside a server's have a lock file of their own, elsewhere
(benchmarks/gds.py), and are fetched by the same code when somebody asks for them.
Jars are fetched into a folder of their own in the cache, and stand there only once their hash was checked.
"""

import errno
import hashlib
import json
import math
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from graph.errors import LocalServerFailed
from graph.server.java import MISSING_EXTRA
from graph.settings import Settings
from graph.text.counts import counted

Progress = Callable[[str], None]

LOCKS = Path(__file__).parent / "releases"
ENTRY_POINT = "META-INF/services/org.neo4j.server.startup.EntryPoint"

THREADS = 8
TRIES = 3
MEGABYTES = {"5.26.31": 143, "2026.09.0": 169}
"Of all jars of a version."
LOCK_SECONDS = 600
"How long to wait for another command that is at the same work."


@dataclass(frozen=True, slots=True)
class Jar:
    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str

    @property
    def file(self) -> str:
        parts = (self.artifact, self.version, self.classifier)
        return "-".join(part for part in parts if part) + ".jar"

    def __str__(self) -> str:
        return ":".join(part for part in (self.group, self.artifact, self.version, self.classifier) if part)


@dataclass(frozen=True, slots=True)
class Lock:
    """What one lock file names."""

    title: str
    "as messages say it: Neo4j 5.26.31"
    name: str
    "of its folder in the cache, which has a part of its hashes behind it"
    megabytes: int
    "of all its jars; a lock file does not say it"
    jars: list[Jar]

    @classmethod
    def read(cls, file: Path, title: str, megabytes: int) -> Self:
        """The lock of this file: `megabytes` are those of all its jars."""
        jars = []
        for line in file.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                coordinates, sha256 = line.split()
                group, artifact, number, *classifier = coordinates.split(":")
                jars.append(Jar(group, artifact, number, "".join(classifier), sha256))
        return cls(title, file.stem, megabytes, jars)


def versions() -> list[str]:
    """The Neo4j versions that have a lock file, oldest first."""
    found = [path.stem.removeprefix("neo4j-") for path in LOCKS.glob("neo4j-*.lock")]
    return sorted(found, key=order)


def order(version: str) -> tuple[int, ...]:
    """Numbers that sort versions by age: 5.26.31 is older than 2026.09.0."""
    return tuple(int(part) for part in version.split("."))


def of_neo4j(version: str) -> Lock:
    """The lock of this Neo4j version. Raises LocalServerFailed when there is no lock file for it."""
    if version not in versions():
        raise LocalServerFailed(
            f"INNERCIRCLE_NEO4J_VERSION={version}: a managed Neo4j comes as {' or '.join(versions())}"
        )
    return Lock.read(LOCKS / f"neo4j-{version}.lock", f"Neo4j {version}", MEGABYTES[version])


def locked(version: str) -> list[Jar]:
    """The jars of this Neo4j version. Raises LocalServerFailed when there is no lock file for it."""
    return of_neo4j(version).jars


def library(settings: Settings, lock: Lock | None = None) -> Path:
    """The folder in the cache for exactly the jars that the lock names. None: that of the settings' version."""
    lock = lock or of_neo4j(settings.neo4j_version)
    digest = hashlib.sha256("".join(jar.sha256 for jar in lock.jars).encode())
    return settings.cache.expanduser().resolve() / f"{lock.name}-{digest.hexdigest()[:8]}"


def lacking(settings: Settings, lock: Lock | None = None) -> list[Jar]:
    """The jars that are not in the cache, or not there as the lock says. None: that of the settings' version."""
    lock = lock or of_neo4j(settings.neo4j_version)
    folder = library(settings, lock)
    known = _checked(folder)
    return [jar for jar in lock.jars if not _is_sound(folder, jar, known)]


def fetch(settings: Settings, lock: Lock | None = None, *, progress: Progress | None = None) -> Path:
    """Every jar is in the returned folder, with the hash that the lock says. None: that of the settings' version.

    Raises LocalServerFailed naming the first jar that could not be had, and why.
    """
    lock = lock or of_neo4j(settings.neo4j_version)
    folder = library(settings, lock)
    if absent := lacking(settings, lock):
        if settings.offline:
            raise LocalServerFailed(
                f"INNERCIRCLE_OFFLINE is set, and the cache {settings.cache} lacks {counted(len(absent), 'jars')} "
                f"of {lock.title}, {absent[0]} first: unset it, or copy the cache from a machine that has them"
            )
        folder.mkdir(parents=True, exist_ok=True)
        with exclusive(folder / "lock", work=f"fetching into {folder}"):
            # Another command may have fetched them while this one waited for the lock.
            _download_all(lacking(settings, lock), settings, lock, progress or _silent)
    _note_checked(folder, lock.jars)
    return folder


def main_class(folder: Path, version: str) -> str:
    """The class to start, as the server's own jar names it: it differs between the lines of Neo4j."""
    with zipfile.ZipFile(folder / f"neo4j-{version}.jar") as jar:
        return jar.read(ENTRY_POINT).decode().strip()


@contextmanager
def exclusive(path: Path, *, work: str) -> Iterator[None]:
    """No other command holds `path` meanwhile. Raises LocalServerFailed after LOCK_SECONDS of waiting."""
    try:
        import filelock
    except ImportError as error:
        raise LocalServerFailed(MISSING_EXTRA) from error
    try:
        with filelock.FileLock(path, timeout=LOCK_SECONDS):
            yield
    except filelock.Timeout as error:
        raise LocalServerFailed(f"another command has been {work} for {LOCK_SECONDS} s") from error


def _download_all(jars: list[Jar], settings: Settings, lock: Lock, progress: Progress) -> None:
    if not jars:
        return
    try:
        from jgo.maven import MavenContext
    except ImportError as error:
        raise LocalServerFailed(MISSING_EXTRA) from error
    mirror, folder = settings.maven_repository, library(settings, lock)
    part = len(jars) / len(lock.jars)
    progress(
        f"fetching {lock.title}: {counted(len(jars), 'jars')} from {mirror or 'Maven Central'}, "
        f"about {math.ceil(part * lock.megabytes)} MB, often in half a minute"
    )
    # Staged beside the folder, so that a jar enters it by a rename: whole and checked, or not at all.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetching-") as staging:
        context = MavenContext(
            repo_cache=Path(staging),
            remote_repos={"mirror": mirror.rstrip("/")} if mirror else None,
            timeout=30,
        )
        with ThreadPoolExecutor(THREADS) as pool:
            waiting = [pool.submit(_download, jar, context, folder, mirror or "Maven Central") for jar in jars]
            try:
                for done, future in enumerate(as_completed(waiting), 1):
                    future.result()
                    progress(f"fetching {lock.title}: {done} of {counted(len(jars), 'jars')}")
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _download(jar: Jar, context: Any, folder: Path, source: str) -> None:
    artifact = (
        context.project(jar.group, jar.artifact)
        .at_version(jar.version)
        .artifact(classifier=jar.classifier, packaging="jar")
    )
    problem = ""
    for _ in range(TRIES):
        # jgo takes a file that is there for a whole one, also after a broken download.
        artifact.cached_path.unlink(missing_ok=True)
        try:
            staged = artifact.resolve()
        except (OSError, RuntimeError) as error:  # requests' errors are OSErrors, jgo's own RuntimeErrors
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise
            problem = f"{type(error).__name__}: {error}"
            continue
        if (found := _sha256(staged)) == jar.sha256:
            staged.replace(folder / jar.file)
            return
        problem = f"what came has sha256 {found}, the lock file says {jar.sha256}"
    raise LocalServerFailed(
        f"cannot fetch {jar} from {source}: {problem}. "
        "INNERCIRCLE_MAVEN_REPOSITORY sets another repository; docs/server.md tells how to do without one"
    )


def _is_sound(folder: Path, jar: Jar, known: dict[str, list[int]]) -> bool:
    path = folder / jar.file
    if not path.is_file():
        return False
    return known.get(jar.file) == _stamp(path) or _sha256(path) == jar.sha256


def _checked(folder: Path) -> dict[str, list[int]]:
    """Size and time of each jar when its hash was last found right: hashing all at each start costs 0.3 s."""
    try:
        known: dict[str, list[int]] = json.loads((folder / "checked.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known


def _note_checked(folder: Path, jars: list[Jar]) -> None:
    stamps = {jar.file: _stamp(folder / jar.file) for jar in jars}
    if stamps != _checked(folder):
        (folder / "checked.json").write_text(json.dumps(stamps, indent=0), encoding="utf-8")


def _stamp(path: Path) -> list[int]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _silent(message: str) -> None:
    """Tell nobody."""
