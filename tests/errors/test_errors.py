"""The error tree is the one that its module draws, and every kind of failure has a code of its own."""

import inspect
import re
from collections.abc import Iterator

import pytest

from graph import errors
from graph.errors import InnerCircleError, NotConverged, QueryFileInvalid, RecordError, SchemeInvalid

CLASSES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, InnerCircleError) and kind.__module__ == errors.__name__
]


def drawn() -> Iterator[tuple[int, str]]:
    """(depth, class) of each line of the picture in the module's docstring."""
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"( *)([A-Z]\w+)(?:\(.*?\))?(?:  |$)", line):
            yield len(found[1]) // 2, found[2]


def real(kind: type[InnerCircleError] = InnerCircleError, depth: int = 0) -> Iterator[tuple[int, str]]:
    """The same of the classes, in the order in which they are defined."""
    yield depth, kind.__name__
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from real(below, depth + 1)


def test_the_tree_is_drawn_as_it_is() -> None:
    assert list(drawn()) == list(real())
    assert {name for _, name in drawn()} == {kind.__name__ for kind in CLASSES}


def test_every_class_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in CLASSES]
    assert len(set(codes)) == len(codes)
    assert [kind.__name__ for kind in CLASSES if "code" not in vars(kind)] == []
    assert [code for code in codes if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code)] == []


# (error, its text, what it carries)
PLACES: list[tuple[InnerCircleError, str, dict[str, object]]] = [
    (
        RecordError("is late", file="a.csv", line=7, column="at"),
        "a.csv:7:at: is late",
        {"line": 7, "column": "at"},
    ),
    (RecordError("is empty", file="a.csv"), "a.csv: is empty", {"file": "a.csv", "line": None, "column": ""}),
    (RecordError("is late", file="a.csv", line=0), "a.csv:0: is late", {"line": 0}),
    (RecordError("is wrong"), "is wrong", {"file": ""}),
    (SchemeInvalid("unknown key", file="m.toml", key="circle.sise"), "m.toml: circle.sise: unknown key", {}),
    (SchemeInvalid("not TOML"), "not TOML", {"file": "", "key": ""}),
    (QueryFileInvalid("unknown tag", file="q.cypher", line=3), "q.cypher:3: unknown tag", {"line": 3}),
    (QueryFileInvalid("no mode", file="q.cypher"), "q.cypher: no mode", {"line": None}),
    (NotConverged("too slow", sweeps=3, bound=0.1), "too slow", {"sweeps": 3, "bound": 0.1}),
]


@pytest.mark.parametrize(
    ("error", "text", "carries"), PLACES, ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_message_begins_with_the_place(error: InnerCircleError, text: str, carries: dict[str, object]) -> None:
    assert str(error) == text
    assert {name: getattr(error, name) for name in carries} == carries
