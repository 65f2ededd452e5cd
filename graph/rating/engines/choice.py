"""Which engines there are, and the one of a name."""

from collections.abc import Callable

from graph.errors import ParameterError
from graph.rating.engines.contract import Engine, Work
from graph.rating.engines.cypher import Cypher

DEFAULT = "cypher"


def _arrays(work: Work) -> Engine:
    from graph.rating.engines.arrays.engine import Arrays  # scipy is slow to import, and not everyone's

    return Arrays(work)


ENGINES: dict[str, Callable[[Work], Engine]] = {"cypher": Cypher, "arrays": _arrays}


def of(name: str) -> Callable[[Work], Engine]:
    """What makes a run's engine of this name. Raises ParameterError."""
    try:
        return ENGINES[name]
    except KeyError:
        raise ParameterError(f"there is no engine {name!r}: it is one of {', '.join(ENGINES)}") from None
