"""The command line: one function for each command, each a thin layer over a use case."""

import importlib
import pkgutil
import sys

from graph.cli import output
from graph.cli.app import app
from graph.errors import InnerCircleError

for module in pkgutil.iter_modules(__path__):
    if module.name != "__main__":
        importlib.import_module(f"{__name__}.{module.name}")


def main() -> None:
    """The command was carried out, and the process ends with 0.

    Else it ends with 1 for an error or a failed check, 2 for wrong usage, 130 after Control-C. An expected
    error is one line on stderr, or with --json an object on stdout: never a traceback.
    """
    try:
        app(prog_name="innercircle")
    except InnerCircleError as error:
        output.print_error(error, as_json="--json" in sys.argv[1:])
        sys.exit(1)
