"""Zip archives, and the workbooks that are such archives, opened without trust in what they say of their size.

A small archive may unpack to more than any disk holds, or list millions of files. Both are known from its
directory, before anything is unpacked.
"""

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import cast

from graph.errors import RecordError
from graph.facts.files.unpacking import FREE_BYTES, MOST_BYTES, MOST_TIMES, TOO_MUCH
from graph.text.plain import visible

MOST_FILES = 10_000
DIRECTORY_BYTES = 4_000_000

_END, _END_BYTES, _COMMENT_BYTES = b"PK\x05\x06", 22, 65_535
# The end of a directory of more than 65,535 files is 56 bytes of another form, which 20 bytes point to.
_POINTER, _POINTER_BYTES, _LONG_END, _LONG_END_BYTES = b"PK\x06\x07", 20, b"PK\x06\x06", 56
_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def opened_archive(path: Path) -> zipfile.ZipFile:
    """The archive, open; close it after use. Raises RecordError where it is damaged or lists too many files."""
    files, size = _listed(path)
    if files > MOST_FILES or size > DIRECTORY_BYTES:
        raise RecordError(f"an archive of {files:,} files; at most {MOST_FILES:,} are looked at", file=str(path))
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise RecordError(f"cannot be read: {error}", file=str(path)) from error


def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: str) -> io.BufferedReader:
    """A file of the archive, open for reading, that gives no more than the archive says of it.

    Raises RecordError where that is too much, where it has a password, or where it is packed in a rare way; and
    while it is read, where it is damaged.
    """
    packed = min(info.compress_size, Path(file).stat().st_size)
    if info.file_size > min(MOST_BYTES, FREE_BYTES + MOST_TIMES * packed):
        raise RecordError(f"{visible(info.filename)}: {TOO_MUCH}", file=file)
    if info.flag_bits & 1:
        message = f"{visible(info.filename)} has a password: unpack it first, or save it without one"
        raise RecordError(message, file=file)
    if info.compress_type not in _READ:
        message = f"{visible(info.filename)} is packed in a rare way: pack it as zip usually does"
        raise RecordError(message, file=file)
    try:
        stream = archive.open(info)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise RecordError(f"cannot be read: {error}", file=file) from error
    return io.BufferedReader(_Member(cast(zipfile.ZipExtFile, stream), file), 1 << 16)


class _Member(io.RawIOBase):
    """A file of an archive: its checksum tells a damage at its end, so of a damaged one nothing is taken."""

    def __init__(self, stream: zipfile.ZipExtFile, file: str):
        self._stream, self._file = stream, file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._stream.read1(len(buffer))
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise RecordError(f"cannot be read: {error}", file=self._file) from error
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _listed(path: Path) -> tuple[int, int]:
    """How many files the directory lists, and how many bytes it has. Raises RecordError where there is none."""
    with path.open("rb") as stream:
        length = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, length - _COMMENT_BYTES - _END_BYTES))
        tail = stream.read()
        at = tail.rfind(_END)
        if at < 0 or len(tail) - at < _END_BYTES:
            raise RecordError("cannot be read: not a zip archive, or one that was cut off", file=str(path))
        files, size = struct.unpack_from("<HI", tail, at + 10)
        begin = length - len(tail) + at - _POINTER_BYTES
        if begin < 0:
            return files, size
        stream.seek(begin)
        pointer = stream.read(_POINTER_BYTES)
        if not pointer.startswith(_POINTER):
            return files, size
        stream.seek(max(0, begin - _LONG_END_BYTES))
        end = stream.read(_LONG_END_BYTES)
        # It is right before the pointer, and the pointer leads there: else two readers could find two of them.
        if not end.startswith(_LONG_END) or struct.unpack_from("<Q", pointer, 8) != (begin - _LONG_END_BYTES,):
            raise RecordError("cannot be read: the end of the archive is damaged", file=str(path))
        files, size = struct.unpack_from("<QQ", end, 32)
        return files, size
