"""What is said of one column: the keys of a mapping for its days and ids, what its words may mean, its looks."""

from graph.facts.assistant.looks import Look
from graph.facts.assistant.questions import UNKNOWN, Asked
from graph.facts.assistant.sampled import Sample
from graph.facts.assistant.toml import text
from graph.text.plain import visible

_ENDING = "due"


def meanings(kind: str, name: str) -> str:
    """What the words of a column of ours can become, as the end of a question."""
    if (kind, name) == ("entities", "kind"):
        return "Each is a person, an organisation or a sole-trader."
    if name == "category":
        return "docs/loading.md lists the categories."
    return "Ours have small letters, digits and hyphens."


def of_time(name: str, column: str, seen: Look, asked: Asked) -> tuple[list[str], bool]:
    """The keys of a day or time, and whether it is open which of them hold."""
    if not seen.cells:
        asked.ask(f"{column!r} is empty in all rows that were looked at. How are its days written?")
        return [f'day = {{ zone = "{UNKNOWN}" }}'], True
    if seen.unix:
        return [f"{'seconds' if seen.unix == 1 else 'milliseconds'}_since = 1970-01-01T00:00:00Z"], False
    parts = []
    if seen.patterns[0] != "ISO":
        parts.append(f"format = {text(seen.patterns[0])}")
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


def of_id(seen: Look, asked: Asked) -> str:
    """The keys of an id, as the end of a table."""
    if seen.mail or seen.phone:
        asked.ask(
            "Addresses and telephone numbers are not kept: the mapping makes pseudonyms of them. Is that meant?"
        )
        return ", pseudonym = true"
    return ", whole = true" if seen.floats else ""


def told(seen: Look, sample: Sample, name: str) -> str:
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
