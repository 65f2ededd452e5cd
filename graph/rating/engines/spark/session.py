"""Spark as this engine wants it: it shows nothing of what it works on, and days are those of UTC."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graph.errors import SetupError
from graph.server import java_for_spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ALWAYS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.eventLog.enabled": "false",
    "spark.hadoop.fs.permissions.umask-mode": "077",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}
"""Whatever anybody else says: results, or who can look at them, hang on it.

The last is for time: for each of some thousand columns Spark would look at Python's stack, to name it in errors.
"""
LOOPBACK = "127.0.0.1"
ON_THIS_MACHINE = {"spark.driver.bindAddress": LOOPBACK, "spark.driver.host": LOOPBACK}
FOR_THE_OWNER = 0o077


@contextmanager
def session(
    master: str | None, partitions: int | None = None, settings: Mapping[str, str] | None = None
) -> Iterator["SparkSession"]:
    """A session of Spark, ended with the block; files that it makes are for the user who runs it alone.

    master: such as local[2]; None: as spark-submit says. partitions: of a shuffle; None: as Spark has it.
    settings: of Spark, by name. Raises SetupError (no Spark here, no Java that runs it, no such master).
    """
    java_for_spark.check()
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SetupError(
            "there is no Spark here: pip install 'innercircle[spark]', in an environment of its own"
        ) from error
    os.umask(FOR_THE_OWNER)
    builder = SparkSession.builder.appName("innercircle")
    if master is not None:
        builder = builder.master(master)
    own = dict(settings or {})
    if partitions is not None:
        own["spark.sql.shuffle.partitions"] = str(partitions)
    if master is not None and master.startswith("local"):
        own = ON_THIS_MACHINE | own
        os.environ.setdefault("SPARK_LOCAL_IP", LOOPBACK)
    for name, value in (own | ALWAYS).items():
        builder = builder.config(name, value)
    try:
        spark = builder.getOrCreate()
    except Exception as error:
        reason = str(error).strip().partition("\n")[0]
        raise SetupError(
            f"Spark does not start with the master {master or 'of spark-submit'}: {reason}"
        ) from error
    try:
        spark.sparkContext.setLogLevel("ERROR")
        yield spark
    finally:
        spark.stop()
