"""Text in another encoding than UTF-8, read as UTF-8; which one is said by a mapping and never guessed.

cp1252 and Latin-1 give a text for nearly every row of bytes. A wrong guess would load names that nobody has.
"""

import codecs
import io
import os

from graph.errors import RecordError

ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1")
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_OF_BYTES = ("cp1252", "latin-1")
_NOT_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
_NOT_IN_LATIN_1 = frozenset(range(0x80, 0xA0))


def looks_like(text: bytes) -> str:
    """The encoding that a text which is not UTF-8 may be in; empty where none of ours fits."""
    above = {byte for byte in text if byte > 0x7F}
    if text.startswith(UTF_16_MARKS):
        return "utf-16"
    if above & _NOT_IN_CP1252:
        return ""
    return "cp1252" if above & _NOT_IN_LATIN_1 else "latin-1"


def to_name(text: bytes) -> str:
    """What a mapping should say of a text that is not UTF-8: `encoding = "cp1252"`; empty where nothing fits."""
    encoding = looks_like(text)
    return encoding and f'it looks like {encoding}; if it is, say so in a mapping: encoding = "{encoding}"'


def _is_utf_8(beginning: bytes) -> bool:
    """Whether there are letters of UTF-8 in it, and none of another encoding; it may break off within one."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        return False
    return not text.isascii()


def in_utf_8(stream: io.BufferedReader, encoding: str, file: str) -> io.BufferedReader:
    """The stream as UTF-8. A byte that the encoding does not have stays as it is, and so is no UTF-8.

    Raises RecordError, at once or while it is read, where UTF-16 is named and the text is not; and where the text
    is UTF-8 beyond doubt, and another encoding is named.
    """
    if encoding == "utf-8":
        return stream
    if encoding in _OF_BYTES and _is_utf_8(stream.read(1 << 16)):
        message = f"the mapping says {encoding}, and the text is UTF-8: leave `encoding` out"
        raise RecordError(message, file=file)
    stream.seek(0)
    if encoding == "utf-16":
        if not stream.read(2).startswith(UTF_16_MARKS):
            message = "the mapping says utf-16, and the file does not begin with the mark of UTF-16"
            raise RecordError(message, file=file)
        stream.seek(0)
    return io.BufferedReader(_InUtf8(stream, encoding, file), 1 << 16)


class _InUtf8(io.RawIOBase):
    """A stream in another encoding; it is read from the beginning only."""

    def __init__(self, stream: io.BufferedReader, encoding: str, file: str):
        self._stream, self._encoding, self._file = stream, encoding, file
        errors = "strict" if encoding == "utf-16" else "surrogateescape"
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._ready, self._taken = b"", 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            data = self._stream.read1(1 << 16)
            try:
                text = self._decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                message = f"not {self._encoding} within 65,536 bytes of byte {self._taken + 1:,}: {error.reason}"
                raise RecordError(message, file=self._file) from error
            self._taken += len(data)
            self._ready = text.encode("utf-8", "surrogateescape")
            if not data:
                break
        given, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if (offset, whence) != (0, os.SEEK_SET):
            raise io.UnsupportedOperation("only to the beginning")
        self._stream.seek(0)
        self._decoder.reset()
        self._ready, self._taken = b"", 0
        return 0
