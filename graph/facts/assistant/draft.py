"""The draft of a mapping, in TOML, with the questions that a person has to answer before it loads anything."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from graph.facts.assistant import totals
from graph.facts.assistant.columns import meanings, of_id, of_time, told
from graph.facts.assistant.known import fitting
from graph.facts.assistant.lists import MOST, NameList, are_ids
from graph.facts.assistant.looks import PENDING, Look, look
from graph.facts.assistant.names import LIST, REFERS, list_of, table_of
from graph.facts.assistant.questions import UNKNOWN, Asked
from graph.facts.assistant.roles import GUESSED, TIMES, Guess, guess
from graph.facts.assistant.sampled import ROWS, Sample, filled, sampled
from graph.facts.assistant.toml import text, value
from graph.facts.kinds import IN_PLACE, KINDS, STORED
from graph.text.counts import counted
from graph.text.plain import visible

_MAY_BE_EMPTY = ("settled", "name", "born", "uscc", "lei")
_FEW, _SHOWN = 0.5, 8
_CONSENT = (
    "",
    "# To be in this list is not to have agreed to be rated. Where a column has the day on which each one agreed:",
    "# [memberships]",
    f'# where = [{{ column = "{UNKNOWN}", empty = false }}]',
    f'# entity = {{ column = "{UNKNOWN}" }}',
    f'# scheme = {{ value = "{UNKNOWN}" }}',
    f'# at = {{ column = "{UNKNOWN}", day = {{ zone = "{UNKNOWN}" }} }}',
    f'# notice = {{ value = "{UNKNOWN}" }}',
)


@dataclass(frozen=True)
class Suggestion:
    """A mapping to begin with, and what is open in it."""

    kind: str
    "of the rows that the file may have; empty: not known"
    mapping: str
    questions: tuple[str, ...]
    shipped: str = ""
    "the name of a shipped mapping that the file fits"


def suggest(
    path: Path, *, sheet: str | None = None, members: Path | None = None, folder: Path | None = None
) -> Suggestion:
    """What a mapping of this file may look like, from its first rows. Nothing is loaded, and no database is asked.

    sheet:   of a workbook; the first that has something if not given.
    members: the file of a list that says the id of each name. Another sheet of the same workbook is found without.
    folder:  where the mapping will lie, from which it names that file; the present directory if not given.
    Raises RecordError for a file that cannot be read at all.
    """
    if path.name.lower().endswith(".txt") and (chat := fitting(path, None)):
        head = "".join(f"# {visible(line)}\n" for line in chat.lines(path.name))
        return Suggestion("contacts", f"{head}\nabout = {text(chat.about)}\n", (), chat.name)
    sample = sampled(path, sheet, MOST)
    known = fitting(path, sample)
    asked = Asked(list(sample.questions))
    endings = totals.left_out(sample.columns)
    if endings:
        sample.top["totals"] = list(endings)
    looks = {name: look(cells[:ROWS]) for name, cells in sample.columns.items()}
    found = guess(looks)
    names = list_of(path, sample, found, members, asked)
    draft = _Draft(found, looks, sample, names, asked)
    above = draft.filled_down()
    body = list(draft.tables()) if found.kind else _unknown(asked)
    lines = [
        *(f"# {visible(line)}" for line in (known.lines(path.name) if known else ())),
        f"# A mapping to begin with, from the first {counted(sample.rows, 'rows')} of {visible(path.name)}.",
        "# Where there is a ?, and where a line is commented out, it waits for an answer and loads nothing.",
        *(f"# Question {number}: {visible(question)}" for number, question in enumerate(asked.questions, start=1)),
        "",
        f"about = {text(f'What {path.name} holds: say it here.')}",
        *(f"{key} = {value(said)}" for key, said in sample.top.items()),
        *above,
        *(table_of(names, folder or Path()) if names else ()),
        *body,
        "",
        "# The columns of the file:",
        *(f"#   {visible(name)}: {told(looks[name], sample, name)}" for name in looks),
    ]
    return Suggestion(found.kind, "\n".join(lines) + "\n", tuple(asked.questions), known.name if known else "")


def _unknown(asked: Asked) -> list[str]:
    asked.ask("What do the rows say? No kind of rows is recognised by the names of the columns.")
    last, *others = reversed(GUESSED)
    return ["", f"# [{last}]   # or {', '.join(others)}"]


@dataclass(frozen=True)
class _Draft:
    """What is known of the file while its mapping is written."""

    found: Guess
    looks: Mapping[str, Look]
    sample: Sample
    names: NameList | None
    asked: Asked

    def _looked_up(self, column: str) -> bool:
        return self.names is not None and self.names.has_most(self.sample.columns[column])

    def filled_down(self) -> list[str]:
        """The line for columns in which only the first of several rows says what holds for all."""
        gaps = [
            column
            for name, column in self.found.columns.items()
            if name not in _MAY_BE_EMPTY and 0 < len(filled(self.sample.columns[column])) < self.sample.rows * _FEW
        ]
        if not gaps:
            return []
        listed = ", ".join(map(repr, gaps))
        self.asked.ask(f"Few rows say something under {listed}. Do the empty cells mean what stands above them?")
        return [f"# fill_down = {{ columns = [{', '.join(map(text, gaps))}] }}"]

    def tables(self) -> Iterator[str]:
        kind, columns = self.found.kind, self.found.columns
        if kind not in IN_PLACE:
            yield from self._named_things()
        yield ""
        yield f"[{kind}]"
        for column in KINDS[kind].columns:
            name = column.name
            if name in columns:
                yield self._cell(name, columns[name])
            elif column.required:
                self.asked.ask(f"Which column is the {name} of {kind}, or is it the same in all rows?")
                yield f'# {name} = {{ value = "{UNKNOWN}" }}'
            elif name == "currency" and "amount" in columns:
                self.asked.ask("In which currency are the amounts? Write it as in EUR.")
                yield f'# {name} = {{ value = "{UNKNOWN}" }}'
        if kind in STORED and "id" not in columns:
            may = [repr(name) for name, cells in self.sample.columns.items() if are_ids(cells)]
            might = f", as {' or '.join(may)} might" if may else ""
            self.asked.ask(
                f"Does a column tell the rows apart{might}? Without an id, a later row cannot complete or correct "
                "one."
            )
        if kind == "entities":
            yield from _CONSENT

    def _named_things(self) -> Iterator[str]:
        """Tables of the entities, products and sites that the rows name, which have to be there first."""
        for kind, roles in REFERS.items():
            used = [self.found.columns[name] for name in roles if name in self.found.columns]
            used = [column for column in used if not self._looked_up(column)]
            if not used:
                continue
            yield ""
            yield f"# Leave this table out where the {kind} come from a file of their own."
            yield f"[{kind}]"
            key = f"column = {text(used[0])}" if len(used) == 1 else f"columns = [{', '.join(map(text, used))}]"
            yield f"id = {{ {key}{of_id(self.looks[used[0]], self.asked)} }}"
            if kind == "entities":
                self.asked.ask("Are the entities persons, organisations or sole traders?")
                yield f'# kind = {{ value = "{UNKNOWN}" }}'
            else:
                self.asked.ask(f"Which neutral category do the {kind} have? docs/loading.md lists them.")
                yield f'# category = {{ value = "{UNKNOWN}" }}'

    def _cell(self, name: str, column: str) -> str:
        """The line of one of our columns; commented out where the file can be read in two ways."""
        seen, asked = self.looks[column], self.asked
        parts, is_open = [f"column = {text(column)}"], False
        if seen.nothing:
            parts.append(f"nothing = [{', '.join(map(text, seen.nothing))}]")
        if name in TIMES or name == "born":
            if pending := [word for word in seen.nothing if word.lower() in PENDING]:
                asked.ask(f"{column!r} has {', '.join(map(repr, pending))}: does it mean that it is not done yet?")
            more, is_open = of_time(name, column, seen, asked)
            parts += more
        elif seen.number and name in ("amount", "outcome"):
            parts += [
                f"{key} = {text(mark)}"
                for key, mark in (("decimal", seen.decimal), ("thousands", seen.thousands))
                if mark
            ]
            if seen.thousands:
                asked.ask(
                    f"Is {column!r} written with {seen.thousands!r} between thousands, and not before decimals?"
                )
        elif name in ("kind", "channel", "category"):
            is_open = True
            words = list(dict.fromkeys(filled(self.sample.columns[column])))[:_SHOWN]
            asked.ask(f"What do the words of {column!r} mean? {meanings(self.found.kind, name)}")
            listed = ", ".join(f'{text(word)} = "{UNKNOWN}"' for word in words)
            parts.append(f"values = {{ {listed} }}")
        elif name == "name":
            is_open = True
            asked.ask(f"Is {column!r} needed? Without names the graph knows its entities by their ids alone.")
        elif name not in ("currency", "uscc", "lei"):
            more_of_id = of_id(seen, asked)
            if name in REFERS["entities"] and self._looked_up(column):
                more_of_id = f", trim = true, values_from = {text(LIST)}"
            return f"{name} = {{ {parts[0]}{''.join(', ' + part for part in parts[1:])}{more_of_id} }}"
        return f"{'# ' if is_open else ''}{name} = {{ {', '.join(parts)} }}"
