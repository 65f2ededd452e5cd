"""Commands of `innercircle`, run in this process."""

from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner, Result

from graph.cli.app import app
from graph.errors import InnerCircleError

Run = Callable[..., Result]


def run(home: Path, *arguments: str, operator: str = "olga") -> Result:
    """What the command printed, and how it ended; an expected error is raised, as main() has it."""
    variables = {"INNERCIRCLE_HOME": str(home), "INNERCIRCLE_OPERATOR": operator}
    result = CliRunner().invoke(app, list(arguments), env=variables)
    if isinstance(result.exception, InnerCircleError):
        assert result.output == "", "nothing is printed before an error"
        raise result.exception
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result
