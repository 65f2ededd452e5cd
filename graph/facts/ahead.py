"""What is read while what was read before is stored."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def ahead(items: Iterator[T]) -> Iterator[Iterator[T]]:
    """The items in order. The first is being made from now on, each other one while that before it is used."""
    with ThreadPoolExecutor(1) as reader:
        first = reader.submit(next, items, None)

        def made() -> Iterator[T]:
            following = first
            while (item := following.result()) is not None:
                following = reader.submit(next, items, None)
                yield item

        yield made()
