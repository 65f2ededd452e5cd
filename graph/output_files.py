"""Files that people name for something to be written to: each is replaced as a whole, in one step, or not at all.

Every file that a command writes for its user goes through here. Only an ordinary file is replaced: a device, a
pipe, a link, a directory and a file that the same command reads are refused, by `check` before anything is done.
"""

import errno
import fcntl
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from graph.errors import ParameterError

FOR_THE_OWNER, FOR_ALL = 0o600, 0o644
"The mode of a file, as far as the umask lets: only the user who ran the command may read people's data."
Write = Callable[[BinaryIO], object]

UNFINISHED = ".writing-"
"How names begin of what is being written, beside what it takes the place of."
HOME_SIGN = "server.json"
"In a home (graph/server/home.py), where a new file could replace one of Neo4j's, or a key."

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_KINDS = (
    (stat.S_ISLNK, "a link: name the file that it leads to, or another one"),
    (stat.S_ISDIR, "a directory: name a file in it"),
    (stat.S_ISFIFO, "a pipe: name an ordinary file"),
    (stat.S_ISSOCK, "a socket: name an ordinary file"),
    (stat.S_ISCHR, "a device: name an ordinary file"),
    (stat.S_ISBLK, "a device: name an ordinary file"),
)


def check(path: Path, *, inputs: Iterable[Path] = ()) -> None:
    """A file can be made at `path`, or the ordinary one there be replaced. Nothing is changed.

    inputs: the files that the same command reads; none of them is ever written over.
    Raises ParameterError, which says what is in the way and what to do.
    """
    _check_place(path, inputs)
    with _beside(path, FOR_THE_OWNER):
        """A new file can stand beside it, which is what takes its place."""


def check_directory(directory: Path, names: Iterable[str]) -> None:
    """Files of these names can be made or replaced in the directory, which may yet have to be made.

    Raises ParameterError.
    """
    with _explained(directory):
        there = next(path for path in (directory, *directory.absolute().parents) if os.path.lexists(path))
    if not there.is_dir():
        raise ParameterError(f"nothing can be written in {directory}: {there} is not a directory")
    with _beside(there / "any", FOR_THE_OWNER):
        """A new file can stand there."""
    if there == directory:
        for name in names:
            _check_place(directory / name, ())


@contextmanager
def replaced(
    path: Path,
    *,
    mode: int = FOR_THE_OWNER,
    inputs: Iterable[Path] = (),
    wanted: Callable[[], bool] = lambda: True,
) -> Iterator[BinaryIO]:
    """A stream; when the block ends, the file at `path` is what was written to it.

    Until then, and where the block raises, what was there stays as it was. The new file is on the disk before it
    takes the place of the other, so that a power cut leaves one of the two. What processes that were killed have
    left of new files in the directory is gone.
    inputs: as in `check`. wanted: asked at the end; where it says no, no file is made and none is replaced.
    Raises ParameterError.
    """
    inputs = list(inputs)
    _check_place(path, inputs)
    with _beside(path, mode) as (fresh, stream):
        yield stream
        if wanted():
            _store(stream, path)
            _check_place(path, inputs)  # as it is now
            _put(fresh, path)
    _forget_unfinished(path.parent)


def replace_all(directory: Path, writes: Mapping[str, Write]) -> None:
    """Each file of the directory is the new one, for its owner; where writing failed, all are still the old ones.

    writes: by name of the file, what writes it. The directory is made where there is none. Raises ParameterError.
    """
    check_directory(directory, writes)
    with _explained(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as stack:
        fresh = {}
        for name, write in writes.items():
            fresh[name], stream = stack.enter_context(_beside(directory / name, FOR_THE_OWNER))
            write(stream)
            _store(stream, directory / name)
        for name, file in fresh.items():
            _check_place(directory / name, ())
            _put(file, directory / name)
    _forget_unfinished(directory)


def check_fresh(directory: Path) -> None:
    """A directory can be made there, where nothing is yet. Nothing is changed. Raises ParameterError."""
    with _explained(directory):
        _check_outside_homes(directory)
        if os.path.lexists(directory):
            mode = directory.lstat().st_mode
            what = next((what for is_so, what in _KINDS if is_so(mode)), "a file: ").partition(":")[0]
            raise ParameterError(
                f"nothing can be made at {directory}: there is {what} already; name a new directory"
            )
        if not directory.parent.is_dir():
            raise ParameterError(f"nothing can be made at {directory}: {directory.parent} is not a directory")
    with _beside(directory, FOR_THE_OWNER):
        """Something new can stand beside it."""


@contextmanager
def fresh_directory(directory: Path) -> Iterator[Path]:
    """A directory for its owner; when the block ends, it stands at `directory` with all that was put into it.

    Until then, and where the block raises, nothing is there. Where the process is killed, what it has written is
    left beside it, in a directory whose name begins with `.writing-`. Raises ParameterError.
    """
    check_fresh(directory)
    fresh = directory.parent / f"{UNFINISHED}{secrets.token_hex(8)}"
    with _explained(directory):
        fresh.mkdir(mode=0o700)
    try:
        yield fresh
        check_fresh(directory)  # as it is now
        _put(fresh, directory)
    except OSError as error:
        if error.filename is None and error.errno in _FULL:
            raise _refusal(directory, error) from error
        raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def write_text(path: Path, text: str, *, mode: int = FOR_THE_OWNER) -> None:
    """The file is this text, in UTF-8. Raises ParameterError."""
    with replaced(path, mode=mode) as out:
        out.write(text.encode())


def write_texts(directory: Path, texts: Mapping[str, str]) -> None:
    """The files of the directory, by name, are these texts, all of them or none. Raises ParameterError."""
    replace_all(directory, {name: partial(_write, text.encode()) for name, text in texts.items()})


def _write(content: bytes, out: BinaryIO) -> None:
    out.write(content)


def _check_place(path: Path, inputs: Iterable[Path]) -> None:
    """What lies at `path` may be replaced: nothing, or an ordinary file that is no input."""
    with _explained(path):
        _check_outside_homes(path)
        try:
            found = path.lstat()
        except FileNotFoundError:
            if not path.parent.is_dir():
                raise ParameterError(
                    f"no file can be written at {path}: there is no directory {path.parent}"
                ) from None
            return
        for is_so, what in _KINDS:
            if is_so(found.st_mode):
                raise ParameterError(f"no file can be written at {path}: it is {what}")
        if any(each.exists() and os.path.samestat(found, each.stat()) for each in inputs):
            raise ParameterError(f"no file can be written at {path}: this command reads it; name another file")
        if not os.access(path, os.W_OK):
            raise ParameterError(f"no file can be written at {path}: it is write-protected; name another file")


def _check_outside_homes(path: Path) -> None:
    for folder in (path.parent.resolve(), *path.parent.resolve().parents):
        if (folder / HOME_SIGN).exists():
            raise ParameterError(
                f"no file can be written at {path}: {folder} is the home of a managed Neo4j; "
                "name another directory"
            )


@contextmanager
def _beside(path: Path, mode: int) -> Iterator[tuple[Path, BinaryIO]]:
    """A file in the same directory, gone when the block ends unless it was moved, and a stream into it."""
    with _explained(path):
        fresh, descriptor = _made_beside(path, mode)
    stream = os.fdopen(descriptor, "wb")
    try:
        yield fresh, stream
    except OSError as error:
        # Of writing, not of whatever else the block does: that names a file, or has another number.
        if error.filename is None and error.errno in _FULL:
            raise _refusal(path, error) from error
        raise
    finally:
        with suppress(OSError):  # what is left unwritten is not wanted any more
            stream.close()
        fresh.unlink(missing_ok=True)


def _made_beside(path: Path, mode: int) -> tuple[Path, int]:
    """A new file in the same directory, and its descriptor, which holds its lock until it is closed."""
    while True:
        # A short name of its own: that of the file may be as long as names can be.
        fresh = path.parent / f"{UNFINISHED}{secrets.token_hex(8)}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.path.lexists(fresh):
            return fresh, descriptor
        os.close(descriptor)  # before it was locked, another process took it for one that was left


def _forget_unfinished(directory: Path) -> None:
    """Files that a killed process left unfinished in the directory are gone; those that are being written stay.

    Whoever writes one holds its lock until it has its name. Where there are no locks, all of them stay.
    """
    for left in directory.glob(f"{UNFINISHED}*"):
        with suppress(OSError):  # it is being written, or gone, or somebody else's
            descriptor = os.open(left, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                found = os.fstat(descriptor)
                if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid():
                    left.unlink()
            finally:
                os.close(descriptor)


def _store(stream: BinaryIO, path: Path) -> None:
    """All of it is on the disk. The stream stays open, and the file locked, until it has its name."""
    with _explained(path):
        stream.flush()
        os.fsync(stream.fileno())


def _put(fresh: Path, path: Path) -> None:
    """The new file stands at `path`, also after a power cut."""
    with _explained(path):
        fresh.replace(path)
    with suppress(OSError):  # there are file systems that cannot do this to a directory
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        raise _refusal(path, error) from error


def _refusal(path: Path, error: Exception) -> ParameterError:
    return ParameterError(f"no file can be written at {path}: {getattr(error, 'strerror', None) or error}")
