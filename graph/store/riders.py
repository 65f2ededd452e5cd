"""Riders: a read that goes along with the first one of a block of work, and is judged before it.

The API has to know whether a token was revoked before it answers, and has to ask for the answer: one way there and
back is enough for both. Whatever the work does first, the rider is there: beside a read in the same statement, and
before anything else in one of its own. Work that asks nothing has it at its end. Threads of the work do not carry
it: what they do is not held up, but nothing leaves the block before the rider was judged.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from graph.errors import StoreError

Rows = list[dict[str, Any]]


@dataclass
class Rider:
    """One read by its name; `heed` gets its rows, and raises where the work may not go on."""

    name: str
    params: Mapping[str, Any]
    heed: Callable[[Rows], None]
    refusal: Exception | None = field(default=None, init=False)
    "what `heed` has raised"

    def judge(self, rows: Rows) -> None:
        """The rows are heeded. Raises what `heed` does, and so does whatever the block asks from then on."""
        try:
            self.heed(rows)
        except Exception as error:
            self.refusal = error
            PENDING.set(self)
            raise


PENDING: ContextVar[Rider | None] = ContextVar("rider", default=None)
"The rider that was not asked yet, of the work that is being done here; or that has refused it."


def take() -> Rider | None:
    """The rider, which nobody else asks from now on. Raises its refusal, once it has refused."""
    rider = PENDING.get()
    if rider is None:
        return None
    if rider.refusal is not None:
        raise rider.refusal
    PENDING.set(None)
    return rider


@contextmanager
def kept(rider: Rider) -> Iterator[None]:
    """A rider that is asked in the block is still to be asked where the block fails."""
    try:
        yield
    except BaseException:
        PENDING.set(rider)
        raise


@contextmanager
def along(rider: Rider, ask: Callable[[], None]) -> Iterator[None]:
    """The rider is asked and judged before the block ends, by `ask` at the latest, which asks the pending one."""
    token = PENDING.set(rider)
    try:
        try:
            yield
        except StoreError as error:
            if rider.refusal not in (None, error):
                raise rider.refusal from error
            raise
        except Exception:
            ask()
            raise
        ask()
    finally:
        PENDING.reset(token)
