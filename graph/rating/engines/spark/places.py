"""Directories that Spark can write to, on a disk, in HDFS, in an object store: through Hadoop's file systems."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pyspark.sql import SparkSession

from graph.errors import ParameterError

UNFIT = "{}[]*?\\"
"Spark would look for a pattern."
BESIDE = ".writing-"


@dataclass(frozen=True)
class Place:
    """A file or directory by its path or URI."""

    spark: SparkSession
    path: str

    def __str__(self) -> str:
        return self.path

    def __truediv__(self, name: str) -> "Place":
        return Place(self.spark, f"{self.path.rstrip('/')}/{name}")

    @property
    def _hadoop(self) -> Any:
        return self.spark._jvm.org.apache.hadoop.fs.Path(self.path)

    @property
    def _system(self) -> Any:
        return self._hadoop.getFileSystem(self.spark._jsc.hadoopConfiguration())

    def exists(self) -> bool:
        return bool(self._system.exists(self._hadoop))

    def names(self) -> list[str]:
        """Of what is in the directory, but for names that begin with a dot; nothing where there is none."""
        if not self.exists():
            return []
        found = sorted(each.getPath().getName() for each in self._system.listStatus(self._hadoop))
        return [name for name in found if not name.startswith(".")]

    def read(self) -> bytes | None:
        """What is in the file; None where there is none."""
        if not self.exists():
            return None
        stream = self._system.open(self._hadoop)
        try:
            return bytes(self.spark._jvm.org.apache.commons.io.IOUtils.toByteArray(stream))
        finally:
            stream.close()

    def write(self, content: bytes) -> None:
        """The file has this in it."""
        stream = self._system.create(self._hadoop, True)
        stream.write(bytearray(content))
        stream.close()

    def remove(self) -> None:
        self._system.delete(self._hadoop, True)

    def move(self, to: "Place") -> None:
        """It stands there. Raises ParameterError."""
        if not self._system.rename(self._hadoop, to._hadoop):
            raise ParameterError(f"{self} cannot be moved to {to}: see what is in the way there")


def named(spark: SparkSession, path: str) -> Place:
    """The place of this path. Raises ParameterError for one that Spark takes for a pattern."""
    if unfit := sorted(set(path) & set(UNFIT)):
        raise ParameterError(
            f"{path!r}: Spark takes {' '.join(unfit)} in a path for a pattern; move the snapshot elsewhere"
        )
    return Place(spark, path)


@contextmanager
def beside(place: Place) -> Iterator[Place]:
    """A directory next to the place, gone with all that is in it when the block ends."""
    parent, _, _name = place.path.rstrip("/").rpartition("/")
    fresh = Place(place.spark, f"{parent}/{BESIDE}{secrets.token_hex(8)}")
    try:
        yield fresh
    finally:
        fresh.remove()


def replace(fresh: Place, place: Place) -> None:
    """The fresh directory stands at the place, and what was there is gone."""
    if not place.exists():
        fresh.move(place)
        return
    with beside(place) as old:
        place.move(old)
        fresh.move(place)
