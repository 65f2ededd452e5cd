"""Spark for the tests that ask for it."""

from collections.abc import Iterator

import pytest

from benchmarks import spark_process
from graph.errors import SetupError
from graph.settings import Settings
from tests.rating.engines import on_spark


@pytest.fixture(scope="session")
def spark() -> spark_process.OnSpark:
    """An environment with Spark, made the first time; without its packages or a Java tests skip, and say why."""
    try:
        return spark_process.OnSpark(spark_process.python(Settings().cache))
    except SetupError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def session(spark: spark_process.OnSpark, tmp_path_factory: pytest.TempPathFactory) -> Iterator[on_spark.Session]:
    """A session of Spark for all tests of a file."""
    with on_spark.session(spark, tmp_path_factory.mktemp("session") / "log") as found:
        yield found
