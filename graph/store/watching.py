"""Who watches what is asked of the database: by name, and never with parameters.

A service that counts queries, or traces them, adds a watcher when it starts; the domain knows of none.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

Watcher = Callable[[str], AbstractContextManager[None]]
"Given the name of a query, a block around the asking; it sees what the query raises, and lets it pass."

_WATCHERS: list[Watcher] = []


def watch(watcher: Watcher) -> None:
    """From now on the watcher sees each query of this process; one that was added before is not added again."""
    if watcher not in _WATCHERS:
        _WATCHERS.append(watcher)


@contextmanager
def asked(name: str) -> Iterator[None]:
    """The block asks this query; of several in one text the names are joined by `+`."""
    with ExitStack() as stack:
        for each in _WATCHERS:
            stack.enter_context(each(name))
        yield
