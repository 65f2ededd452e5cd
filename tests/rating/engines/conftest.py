"""Spark for the tests that ask for it."""

import pytest

from benchmarks import spark_process
from graph.errors import SetupError
from graph.settings import Settings


@pytest.fixture(scope="session")
def spark() -> spark_process.OnSpark:
    """An environment with Spark, made the first time; without its packages or a Java tests skip, and say why."""
    try:
        return spark_process.OnSpark(spark_process.python(Settings().cache))
    except SetupError as error:
        pytest.skip(str(error))
