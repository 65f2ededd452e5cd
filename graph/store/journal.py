"""The journal of endings: a file outside the store that remembers what nobody may bring back from a backup of it.

FOLDER/journal.jsonl  a line for each ending, appended and never changed. Each line has the hash of the one before
                      and its own, so that a line that was altered, put in or taken out is found. The first one is
                      random: a journal that was begun anew, since somebody removed the old one, is another
FOLDER/keys.json      the secrets under which names were hashed, for each graph that was in this home: without it
                      the lines tell of nobody
FOLDER/lock           held while somebody appends

docs/decisions/0062-who-left-stays-away.md says what is in it and when it is written.
"""

import fcntl
import hashlib
import json
import os
import secrets as randomness
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from graph.errors import NotRecorded, RecordError

FILE, KEYS, LOCK = "journal.jsonl", "keys.json", "lock"
SECRET = "journal"  # noqa: S105  # the name of the one that names are hashed with
START = hashlib.sha256(b"innercircle journal").hexdigest()
"The hash before the first line."
BEGUN = "begun"
"The kind of the first line, which tells of nobody."


@dataclass(frozen=True)
class Position:
    """How far a journal goes: the number of its last line, and that line's hash."""

    number: int = 0
    hash: str = START


@dataclass(frozen=True)
class Ending:
    """One line: somebody left, was erased, objected or no longer objects, or a permission ended."""

    number: int
    key: str
    "which secrets its hashes are made with: a graph that was made anew has others"
    kind: str
    who: str
    "the keyed hash of the name that ended; of a token its id"
    at: datetime
    told: Mapping[str, Any]
    "what else the kind needs: `objection`, a hash; `until` of a token"
    hash: str


class Journal:
    """One journal. Safe between threads, and between processes of one machine."""

    def __init__(self, folder: Path):
        """Nothing is looked at yet; the folder is made with the first line."""
        self.folder = folder
        self._turn = Lock()
        self._seen: tuple[object, Position, int] | None = None
        "the file as this process left it, its last line, and its length: it need not be read again then"

    def ready(self, known: Position | None = None) -> None:
        """A line can be written now, after those that the graph knows of.

        Raises NotRecorded where it cannot, so that nothing ends unremembered; RecordError where a line is wrong.
        """
        try:
            with self._opened():
                pass
            if known is not None and self.place() != known and not self.has(known):
                raise NotRecorded(self.lacks(known))
        except OSError as error:
            raise self._cannot(error) from error

    def lacks(self, known: Position) -> str:
        """What is told where a line is lost that the graph knows."""
        return (
            f"the journal in {self.folder} lacks line {known.number:,}, which the graph knows: it was cut off, or "
            "is another. Bring it back, or a copy of it. If there is none any more, `innercircle journal "
            "--as-it-is` goes on with what is there"
        )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else appends while the block runs. Raises NotRecorded."""
        with self._turn:
            try:
                lock = self._lock()
            except OSError as error:
                raise self._cannot(error) from error
            try:
                yield
            finally:
                os.close(lock)

    def append(self, endings: Sequence[Mapping[str, Any]], secrets: Mapping[str, str]) -> Position:
        """Lines for these endings are on the disk when this returns how far it goes then. The caller is alone.

        endings: each with kind, who, at (an aware instant) and told; none: the journal is begun all the same.
        secrets: of their graph, by name.
        Raises NotRecorded; RecordError where what is there already does not hold.
        """
        place, whole = self._read_end()
        lines, key = [], key_of(secrets)
        begun = {"kind": BEGUN, "who": randomness.token_hex(32), "at": datetime.now(UTC), "told": {}}
        for each in endings if place.number else (begun, *endings):
            said = {"n": place.number + 1, "key": key, "kind": each["kind"], "who": each["who"], **_told(each)}
            place = Position(place.number + 1, _hash(place.hash, said))
            lines.append(json.dumps(said | {"hash": place.hash}, ensure_ascii=True) + "\n")
        try:
            self._keep_secrets(key, secrets)
            with self._opened() as file:
                file.truncate(whole)  # what a killed writer left half is in the graph still
                file.seek(whole)
                file.write("".join(lines).encode())
                file.flush()
                os.fsync(file.fileno())
                self._seen = _state(os.fstat(file.fileno())), place, file.tell()
        except OSError as error:
            raise self._cannot(error) from error
        return place

    def endings(self) -> list[Ending]:
        """Every ending, oldest first; none where there is no journal. Raises RecordError where a line is wrong."""
        return [each for each in self._lines() if each.kind != BEGUN]

    def _lines(self) -> list[Ending]:
        try:
            text = (self.folder / FILE).read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._cannot(error) from error
        found, place = list[Ending](), Position()
        for number, line in enumerate(text.split(b"\n")[:-1], 1):
            ending = self._parsed(line, number, place)
            place = Position(ending.number, ending.hash)
            found.append(ending)
        return found

    def end(self) -> Position:
        """How far it goes. Raises as `endings` does."""
        found = self._lines()
        return Position(found[-1].number, found[-1].hash) if found else Position()

    def place(self) -> Position:
        """As `end`; it is not read again where this process was the last to write. Raises as `endings` does."""
        return self._read_end()[0]

    def has(self, place: Position) -> bool:
        """Whether the line at this place is in it, unaltered: it is as new as whoever noted that place knew it.

        Raises as `endings` does.
        """
        found = self._lines()
        if place.number == 0:
            return True
        return place.number <= len(found) and found[place.number - 1].hash == place.hash

    def secrets(self) -> dict[str, dict[str, str]]:
        """The secrets, in hexadecimal, by key and name; none where there is no journal. Raises RecordError."""
        file = self.folder / KEYS
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
            return {str(key): {str(n): str(value) for n, value in each.items()} for key, each in found.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError) as error:
            raise RecordError(
                f"{file} holds no secrets of a journal ({error}): take a copy that is whole"
            ) from error

    def _read_end(self) -> tuple[Position, int]:
        """The last whole line, and how many bytes there are up to its end."""
        file = self.folder / FILE
        if not file.exists():
            return Position(), 0
        if self._seen is not None and self._seen[0] == _state(file.stat()):
            return self._seen[1:]
        found = self._lines()
        whole = file.read_bytes().rfind(b"\n") + 1
        return (Position(found[-1].number, found[-1].hash) if found else Position()), whole

    def _parsed(self, line: bytes, number: int, before: Position) -> Ending:
        try:
            said = json.loads(line)
            hash_ = said.pop("hash")
            at = datetime.fromisoformat(said["at"])
            good = said["n"] == number == before.number + 1 and hash_ == _hash(before.hash, said)
            told = {name: value for name, value in said.items() if name not in ("n", "key", "kind", "who", "at")}
            ending = Ending(number, str(said["key"]), str(said["kind"]), str(said["who"]), at, told, hash_)
        except (ValueError, KeyError, TypeError, AttributeError):
            good = False
        if not good:
            raise RecordError(
                f"{self.folder / FILE}:{number}: this line is not the one that was written: the journal was "
                "altered, or is damaged from here on. Take a copy of it that is whole"
            )
        return ending

    def _keep_secrets(self, key: str, secrets: Mapping[str, str]) -> None:
        known = self.secrets()
        if known.get(key) == dict(secrets):
            return
        fresh = self.folder / f".{KEYS}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(known | {key: dict(secrets)}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.folder / KEYS)

    def _lock(self) -> int:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        return lock

    def _opened(self) -> Any:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.fdopen(os.open(self.folder / FILE, os.O_RDWR | os.O_CREAT, 0o600), "r+b")

    def _cannot(self, error: OSError) -> NotRecorded:
        return NotRecorded(
            f"the journal in {self.folder} cannot be written or read ({error.strerror or error}): what ends has "
            "to be remembered outside the store. Set INNERCIRCLE_JOURNAL right, or make room there; do it again"
        )


def _state(found: os.stat_result) -> object:
    """What is another as soon as anybody writes into the file."""
    return found.st_ino, found.st_size, found.st_mtime_ns


def key_of(secrets: Mapping[str, str]) -> str:
    """What names these secrets of a graph in the lines that are hashed with them."""
    return hashlib.sha256(secrets[SECRET].encode()).hexdigest()[:16]


def _told(ending: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in ending["told"].items() if value is not None}
    return {"at": ending["at"].isoformat(), **told}


def _hash(before: str, said: Mapping[str, Any]) -> str:
    """Of a line: sha256 of the hash before and of what it says, as JSON with sorted names and without blanks."""
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{before}{text}".encode()).hexdigest()
