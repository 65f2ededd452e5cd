"""The draft of a mapping, in TOML, with the questions that a person has to answer before it loads anything."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from graph.facts.assistant.known import fitting
from graph.facts.assistant.looks import Look, look
from graph.facts.assistant.roles import TIMES, Guess, guess
from graph.facts.assistant.sampled import Sample, sampled
from graph.facts.kinds import KINDS
from graph.text.counts import counted
from graph.text.plain import visible

UNKNOWN = "?"
"In place of what nobody but a person can say; a mapping that has it is refused."
NEEDED = {"entities": ("id",), "products": ("id", "category"), "sites": ("id", "category")}
_REFERS = {
    "entities": ("source", "target", "debtor", "creditor", "entity"),
    "products": ("product",),
    "sites": ("site",),
}
_ENDING = "due"


@dataclass(frozen=True)
class Suggestion:
    """A mapping to begin with, and what is open in it."""

    kind: str
    "of the rows that the file may have; empty: not known"
    mapping: str
    questions: tuple[str, ...]
    shipped: str = ""
    "the name of a shipped mapping that the file fits"


def suggest(path: Path) -> Suggestion:
    """What a mapping of this file may look like, from its first rows. Nothing is loaded, and no database is asked.

    Raises RecordError for a file that cannot be read at all.
    """
    if path.name.lower().endswith(".txt") and (chat := fitting(path, None)):
        head = "".join(f"# {visible(line)}\n" for line in chat.lines(path.name))
        return Suggestion("contacts", f"{head}\nabout = {_text(chat.about)}\n", (), chat.name)
    sample = sampled(path)
    known = fitting(path, sample)
    looks = {name: look(cells) for name, cells in sample.columns.items()}
    found = guess(looks)
    asked = _Asked(list(sample.questions))
    body = list(_tables(found, looks, asked)) if found.kind else _unknown(asked)
    lines = [
        *(f"# {visible(line)}" for line in (known.lines(path.name) if known else ())),
        f"# A mapping to begin with, from the first {counted(sample.rows, 'rows')} of {visible(path.name)}.",
        "# Where there is a ?, and where a line is commented out, it waits for an answer and loads nothing.",
        *(f"# Question {number}: {visible(question)}" for number, question in enumerate(asked.questions, start=1)),
        "",
        f"about = {_text(f'What {path.name} holds: say it here.')}",
        *(f"{key} = {_value(value)}" for key, value in sample.top.items()),
        *body,
        "",
        "# The columns of the file:",
        *(f"#   {visible(name)}: {_told(looks[name], sample, name)}" for name in looks),
    ]
    return Suggestion(found.kind, "\n".join(lines) + "\n", tuple(asked.questions), known.name if known else "")


@dataclass
class _Asked:
    """Questions, each once."""

    questions: list[str]

    def ask(self, question: str) -> None:
        if question not in self.questions:
            self.questions.append(question)


def _unknown(asked: _Asked) -> list[str]:
    asked.ask("What do the rows say? No kind of rows is recognised by the names of the columns.")
    return ["", "# [obligations]   # or contacts, purchases, visits, entities, products, sites"]


def _tables(found: Guess, looks: Mapping[str, Look], asked: _Asked) -> Iterator[str]:
    if found.kind not in NEEDED:
        yield from _named_things(found, looks, asked)
    yield ""
    yield f"[{found.kind}]"
    for column in KINDS[found.kind].columns:
        name = column.name
        if name in found.columns:
            yield _cell(name, found.columns[name], looks[found.columns[name]], asked)
        elif column.required:
            asked.ask(f"Which column is the {name} of {found.kind}, or is it the same in all rows?")
            yield f'# {name} = {{ value = "{UNKNOWN}" }}'
    if found.kind in ("obligations", "contacts", "purchases", "visits") and "id" not in found.columns:
        asked.ask("Does a column tell the rows apart? Without an id, a later row cannot complete or correct one.")


def _named_things(found: Guess, looks: Mapping[str, Look], asked: _Asked) -> Iterator[str]:
    """Tables of the entities, products and sites that the rows name, which have to be there first."""
    for kind, columns in _REFERS.items():
        used = [found.columns[name] for name in columns if name in found.columns]
        if not used:
            continue
        yield ""
        yield f"# Leave this table out where the {kind} come from a file of their own."
        yield f"[{kind}]"
        key = f"column = {_text(used[0])}" if len(used) == 1 else f"columns = [{', '.join(map(_text, used))}]"
        yield f"id = {{ {key}{_of_id(looks[used[0]], asked)} }}"
        if kind == "entities":
            asked.ask("Are the entities persons, organisations or sole traders?")
            yield f'# kind = {{ value = "{UNKNOWN}" }}'
        else:
            asked.ask(f"Which neutral category do the {kind} have? docs/loading.md lists them.")
            yield f'# category = {{ value = "{UNKNOWN}" }}'


def _cell(name: str, column: str, seen: Look, asked: _Asked) -> str:
    """The line of one of our columns; commented out where the file can be read in two ways."""
    parts, is_open = [f"column = {_text(column)}"], False
    if seen.nothing:
        parts.append(f"nothing = [{', '.join(map(_text, seen.nothing))}]")
    if name in TIMES or name == "born":
        more, is_open = _of_time(name, column, seen, asked)
        parts += more
    elif seen.number and name in ("amount", "outcome"):
        parts += [
            f"{key} = {_text(mark)}"
            for key, mark in (("decimal", seen.decimal), ("thousands", seen.thousands))
            if mark
        ]
        if seen.thousands:
            asked.ask(f"Is {column!r} written with {seen.thousands!r} between thousands, and not before decimals?")
    elif name in ("kind", "channel", "category"):
        is_open = True
        asked.ask(f'What do the words of {column!r} mean? values = {{ word = "ours" }}')
        parts.append("values = { }")
    elif name not in ("name", "currency", "uscc", "lei"):
        return f"{name} = {{ {parts[0]}{''.join(', ' + part for part in parts[1:])}{_of_id(seen, asked)} }}"
    return f"{'# ' if is_open else ''}{name} = {{ {', '.join(parts)} }}"


def _of_time(name: str, column: str, seen: Look, asked: _Asked) -> tuple[list[str], bool]:
    """The keys of a day or time, and whether it is open which of them hold."""
    if not seen.cells:
        asked.ask(f"{column!r} is empty in all rows that were looked at. How are its days written?")
        return [f'day = {{ zone = "{UNKNOWN}" }}'], True
    if seen.unix:
        return [f"{'seconds' if seen.unix == 1 else 'milliseconds'}_since = 1970-01-01T00:00:00Z"], False
    parts = []
    if seen.patterns[0] != "ISO":
        parts.append(f"format = {_text(seen.patterns[0])}")
    is_open = len(seen.patterns) > 1
    if is_open:
        asked.ask(f"How is {column!r} written? These read it, as different days: {', '.join(seen.patterns)}")
    if name != "born" and not seen.zoned:
        asked.ask("In which zone are the days and times? Write it as in Europe/Copenhagen.")
        if seen.clock:
            parts.append(f'zone = "{UNKNOWN}"')
        else:
            parts.append(f'day = {{ zone = "{UNKNOWN}"{", end = true" if name == _ENDING else ""} }}')
    return parts, is_open


def _of_id(seen: Look, asked: _Asked) -> str:
    """The keys of an id, as the end of a table."""
    if seen.mail or seen.phone:
        asked.ask(
            "Addresses and telephone numbers are not kept: the mapping makes pseudonyms of them. Is that meant?"
        )
        return ", pseudonym = true"
    return ", whole = true" if seen.floats else ""


def _told(seen: Look, sample: Sample, name: str) -> str:
    """What a column looks like, in words, with no more than one of its cells."""
    if not seen.cells:
        return "empty"
    kinds = {
        "a time with its zone": seen.zoned,
        "a local time": seen.clock and not seen.zoned,
        "a day": bool(seen.patterns) and not seen.clock,
        "seconds since 1970": seen.unix == 1,
        "milliseconds since 1970": seen.unix == 1_000,
        "an address": seen.mail,
        "a telephone number": seen.phone,
        "a currency": seen.currency,
        "whole numbers": seen.whole,
        "numbers": seen.number,
    }
    what = next((words for words, holds in kinds.items() if holds), "text")
    example = next((cell for cell in sample.columns[name] if cell), "")
    shown = "" if seen.mail or seen.phone else f", such as {visible(example[:40])}"
    return f"{what}, {seen.different:,} different{shown}"


def _text(text: str) -> str:
    """A text of TOML. What JSON writes is one, but for the one control character that it leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return _text(value) if isinstance(value, str) else str(value)
