"""Spark for the tests that ask for it."""

import pytest

from graph.errors import SetupError
from graph.server import java_for_spark
from graph.settings import Settings
from tests.rating.engines import on_spark


@pytest.fixture(scope="session")
def spark() -> on_spark.OnSpark:
    """An environment with Spark; tests that ask for it are skipped where there is no Java for it."""
    try:
        java_for_spark.check()
    except SetupError as error:
        pytest.skip(str(error))
    return on_spark.OnSpark(on_spark.python(Settings().cache))
