"""asks: what a mapping cannot know, and only the one who loads can say: a zone, whose account, who is a member.

    about = "Installments of loans"
    asks = { zone = "the zone in whose days loans are due", members = "a table of members" }

    [obligations]
    debtor = { column = "client", values_from = "?members" }
    due = { column = "due", day = { zone = "?zone", end = true } }

`?zone` stands for what `innercircle load --set zone=Europe/Berlin` says. A mapping with an open question loads
nothing. A file of words is named as the command line names files, and not from where the mapping lies.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from graph.errors import ParameterError, SchemeInvalid

MARK = "?"
NAMES_A_FILE = "values_from"
LONGEST = 300
"Characters of an answer."
FORM = "write it as in --set zone=Europe/Berlin"


def given(pairs: list[str]) -> dict[str, str]:
    """Answers by name, of `NAME=VALUE` as the command line has them. Raises ParameterError."""
    answers: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (equals and name and value):
            raise ParameterError(f"{pair!r} is no answer: {FORM}")
        if answers.setdefault(name, value) != value:
            raise ParameterError(f"{name} is answered twice, and differently")
    return answers


def filled_in(
    raw: dict[str, Any], asks: Mapping[str, str], answers: Mapping[str, str], file: str
) -> dict[str, Any]:
    """The tables of a mapping with answers in place of its questions.

    Raises SchemeInvalid for a question that nothing in it waits for, ParameterError for one without an answer, and
    for an answer to no question.
    """
    waiting = {text.removeprefix(MARK) for text in _texts(raw) if text.startswith(MARK)}
    for name in asks:
        if name not in waiting:
            raise SchemeInvalid(f"nothing waits for it: {MARK}{name}", file=file, key=f"asks.{name}")
    for name, answer in answers.items():
        if name not in asks:
            known = f"it asks for {', '.join(asks)}" if asks else "it asks nothing"
            raise ParameterError(f"--set {name}: the mapping {file} does not ask for it; {known}")
        if len(answer) > LONGEST or not answer.isprintable() or answer.startswith(MARK):
            raise ParameterError(f"--set {name}: not a text of at most {LONGEST} characters: {answer[:LONGEST]!r}")
    if open_ones := {name: what for name, what in asks.items() if name not in answers}:
        listed = "; ".join(f"--set {name}=... ({what})" for name, what in open_ones.items())
        raise ParameterError(f"the mapping {file} cannot know everything: say {listed}")
    filled: dict[str, Any] = _filled(raw, {name: answers[name] for name in asks}, "")
    return filled


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inside in value.values():
            yield from _texts(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from _texts(inside)


def _filled(value: Any, answers: Mapping[str, str], key: str) -> Any:
    if isinstance(value, dict):
        return {name: _filled(inside, answers, name) for name, inside in value.items()}
    if isinstance(value, list):
        return [_filled(inside, answers, key) for inside in value]
    if isinstance(value, str) and value.startswith(MARK) and value.removeprefix(MARK) in answers:
        answer = answers[value.removeprefix(MARK)]
        return str(Path(answer).absolute()) if key == NAMES_A_FILE else answer
    return value
