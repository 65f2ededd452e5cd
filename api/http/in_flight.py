"""Answers on their way: the end of a permission waits until the answers that it allowed have left."""

import threading
from collections.abc import AsyncIterator, Iterable
from typing import Annotated

from fastapi import Depends, Request

LONGEST_WAIT_SECONDS = 2.0
"For answers on their way: a client that reads slowly holds nobody up for longer."


class UnderWay:
    """The answers about others that are being made or sent."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._answers: dict[object, frozenset[str] | None] = {}
        "the entities that each is about; None: not known yet, and it may be any"

    def begin(self) -> object:
        answer = object()
        with self._changed:
            self._answers[answer] = None
        return answer

    def narrow(self, answer: object, entities: Iterable[str]) -> None:
        """The answer is about these and nobody else."""
        with self._changed:
            if answer in self._answers:
                self._answers[answer] = frozenset(entities)
                self._changed.notify_all()

    def end(self, answer: object) -> None:
        with self._changed:
            self._answers.pop(answer, None)
            self._changed.notify_all()

    def let_leave(self, entity: str | None = None) -> None:
        """The answers about this entity that were under way at this call have left, or take longer than allowed.

        entity: None: the answers about any entity.
        """
        with self._changed:
            before = set(self._answers)

            def has_left() -> bool:
                about = [self._answers[each] for each in before & self._answers.keys()]
                return not any(entity is None or each is None or entity in each for each in about)

            self._changed.wait_for(has_left, LONGEST_WAIT_SECONDS)


async def _is_under_way(request: Request) -> AsyncIterator[None]:
    under_way: UnderWay = request.app.state.under_way
    request.state.answer = answer = under_way.begin()
    try:
        yield  # what follows runs when the answer has been sent
    finally:
        under_way.end(answer)


def _under_way(request: Request) -> UnderWay:
    under_way: UnderWay = request.app.state.under_way
    return under_way


def only_about(request: Request, *entities: str) -> None:
    """The answer to this request, which is under way, is about these: nobody else waits for it."""
    _under_way(request).narrow(request.state.answer, entities)


IsUnderWay = Depends(_is_under_way)
"For a route that reads others: what ends its permission can wait until its answers have left."


TheUnderWay = Annotated[UnderWay, Depends(_under_way)]
