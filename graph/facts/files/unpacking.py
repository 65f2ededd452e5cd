"""Files packed with gzip, unpacked while they are read, up to a limit: a small one may unpack to a full disk."""

import gzip
import io
import os
from pathlib import Path
from typing import BinaryIO

from graph.errors import RecordError

# Tables shrink to a fifth or a twentieth, rarely to a hundredth; the worst that gzip can do is a thousandth.
MOST_TIMES = 200
# What may be unpacked however small the file is, and however large.
FREE_BYTES, MOST_BYTES = 16 << 20, 8 << 30

TOO_MUCH = (
    f"it unpacks to more than {MOST_TIMES} times its size, or to more than {MOST_BYTES >> 30} GB, "
    "as no table does: if it is one, unpack it first"
)


def gunzipped(path: Path) -> io.BufferedReader:
    """The file, open for reading what is packed in it. Reading raises RecordError once that is too much."""
    packed = path.open("rb")
    return io.BufferedReader(_Unpacking(packed, str(path)), 1 << 16)


class _Unpacking(io.RawIOBase):
    """What is packed in a stream, measured against what was read of the stream."""

    def __init__(self, packed: BinaryIO, file: str):
        self._packed, self._file, self._given = packed, file, 0
        self._stream = gzip.GzipFile(fileobj=packed)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        # One step at a time: where the file was cut off, what comes before the cut is still given.
        data = self._stream.read1(len(buffer))
        self._given += len(data)
        if self._given > min(MOST_BYTES, FREE_BYTES + MOST_TIMES * self._packed.tell()):
            raise RecordError(TOO_MUCH, file=self._file)
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._given = self._stream.seek(offset, whence)
        return self._given

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._packed.close()
        super().close()
