"""A snapshot as Spark reads it: the manifest, and each file with the hash that it says."""

from dataclasses import dataclass
from functools import cached_property

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from graph.errors import RecordError
from graph.policy.scheme import Scheme
from graph.rating.ageing import ageing
from graph.rating.engines.spark import layout
from graph.rating.engines.spark.places import Place

EPOCH_ORDINAL = 719_163
"Of 1970-01-01, as Python counts days."


@dataclass(frozen=True)
class Source:
    """A snapshot in which nothing is missing and nothing was changed."""

    spark: SparkSession
    place: Place
    manifest: layout.Manifest
    manifest_sha256: str
    scheme: Scheme

    @cached_property
    def today(self) -> int:
        """The last day that counts."""
        return layout.midnight(self.manifest).toordinal() - EPOCH_ORDINAL - 1

    def table(self, name: str) -> DataFrame:
        """The rows of a table, from the files that the manifest names."""
        columns = ", ".join(f"{column} {kind}" for column, kind in layout.TABLES[name].items())
        files = [str(self.place / file.name) for file in self.manifest.tables[name].files]
        if not files:
            return self.spark.createDataFrame([], columns)
        return self.spark.read.schema(columns).parquet(*files)

    def ages(self, half_life_days: float | None) -> DataFrame | None:
        """The weight of each age that an event can have; None: nothing ages.

        They come from Python's own power, as those of the engine in arrays: a power of another library can differ
        in its last digit.
        """
        if half_life_days is None:
            return None
        weigh = ageing(half_life_days)
        rows = [(age, weigh(age)) for age in range(self.today + 1)]
        return self.spark.createDataFrame(rows, "age int, weight double")


def opened(spark: SparkSession, place: Place) -> Source:
    """The snapshot at this place. Raises RecordError naming the first file that is not as the manifest says."""
    where = place / layout.MANIFEST
    content = where.read()
    if content is None:
        raise RecordError(
            "there is no such file: it is no snapshot, or one that was broken off; name the directory that "
            "`innercircle snapshot` made",
            file=str(where),
        )
    manifest = layout.decoded(content, str(where))
    scheme = manifest.scheme
    _check(spark, place, manifest)
    return Source(spark, place, manifest, layout.sha256(content), scheme)


def _check(spark: SparkSession, place: Place, manifest: layout.Manifest) -> None:
    """Every file is there, no other is, and each has the hash that the manifest says: looked at by the workers."""
    expected = {file.name: file for table in manifest.tables.values() for file in table.files}
    there = {f"{name}/{file}" for name in layout.TABLES for file in (place / name).names()}
    for name in sorted(expected.keys() - there):
        raise RecordError("the manifest names it, and it is not there: copy the snapshot again", file=name)
    for name in sorted(there - expected.keys()):
        raise RecordError("it is there, and the manifest does not name it: copy the snapshot again", file=name)
    if not expected:
        return
    files = spark.read.format("binaryFile").load([str(place / name) for name in expected])
    hashed = files.select("path", F.sha2("content", 256).alias("sha256")).collect()
    found = {"/".join(row["path"].rsplit("/", 2)[1:]): row["sha256"] for row in hashed}
    for name, file in expected.items():
        if found.get(name) != file.sha256:
            raise RecordError(
                f"it has sha256 {found.get(name)}, and the manifest says {file.sha256}: copy the snapshot again, "
                "or take another",
                file=name,
            )


def described(spark: SparkSession, place: Place) -> list[layout.File]:
    """The files of Parquet in this directory, with rows and hash of each."""
    names = [name for name in place.names() if name.endswith(".parquet")]
    if not names:
        return []
    paths = [str(place / name) for name in names]
    files = spark.read.format("binaryFile").load(paths)
    hashed = files.select("path", "length", F.sha2("content", 256).alias("sha256")).collect()
    counted = (
        spark.read.schema("rid int").parquet(*paths).groupBy(F.input_file_name().alias("path")).count().collect()
    )
    rows = {row["path"].rpartition("/")[2]: row["count"] for row in counted}
    found = {row["path"].rpartition("/")[2]: row for row in hashed}
    return [
        layout.File(name=name, rows=rows.get(name, 0), bytes=found[name]["length"], sha256=found[name]["sha256"])
        for name in names
    ]
