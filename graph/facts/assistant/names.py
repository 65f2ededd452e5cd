"""Names in place of ids: their list, what is asked of it, and where the mapping says that it is."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from graph.errors import RecordError
from graph.facts.assistant.lists import NameList, look_up
from graph.facts.assistant.questions import Asked
from graph.facts.assistant.roles import Guess
from graph.facts.assistant.sampled import Sample, filled, sheets
from graph.facts.assistant.toml import text, value
from graph.facts.kinds import STORED

REFERS = {
    "entities": tuple(
        dict.fromkeys(end for fact in STORED.values() for end in fact.ends[: 2 if fact.of_two else 1])
    ),
    **{f"{fact.ends[1]}s": (fact.ends[1],) for fact in STORED.values() if not fact.of_two},
}
"The columns of facts that name things of these kinds."
LIST = "members"
"How the mapping calls the list of names."
_SHOWN = 8


def list_of(path: Path, sample: Sample, found: Guess, members: Path | None, asked: Asked) -> NameList | None:
    """The list that the names of entities are in, where they are names and there is one."""
    columns = {
        found.columns[name]: sample.columns[found.columns[name]]
        for name in REFERS["entities"]
        if name in found.columns
    }
    named = [name for name, cells in columns.items() if _are_names(cells)]
    if not columns or not (members or named):
        return None
    sheet = sample.top.get("sheet")
    names = (
        look_up(members or path, str(sheet) if sheet and not members else None, columns)
        if (members or sheets(path))
        else None
    )
    if names is None and members:
        raise RecordError(
            f"no list of names: no column of it has half of the names under {', '.join(map(repr, columns))} "
            "and another one with something that tells its rows apart",
            file=str(members),
        )
    if names is None:
        asked.ask(
            f"{', '.join(map(repr, named))}: these look like names. Which file says the id of each? Give it with "
            "--members; else the names become the ids."
        )
        return None
    asked.ask(f"Is {names.means!r} the id of whoever stands under {names.word!r} in {names.path.name}?")
    for column, cells in columns.items():
        if names.has_most(cells) and (lacking := names.lacks(cells)):
            shown = ", ".join(map(repr, lacking[:_SHOWN])) + (", ..." if len(lacking) > _SHOWN else "")
            asked.ask(
                f"Under {column!r} there are names that the list does not have: {shown}. Are they misspelt? Their "
                "rows are rejected until they are mended in one of the two."
            )
    return names


def _are_names(cells: Sequence[str | None]) -> bool:
    """Whether half of the texts have two words or more, as the names of people do."""
    said = filled(cells)
    return bool(said) and sum(" " in cell for cell in said) >= len(said) / 2


def table_of(names: NameList, folder: Path) -> Iterator[str]:
    """The table that says where the list stands; its file is to be confirmed."""
    where = Path(os.path.relpath(names.path, folder)).as_posix()
    yield ""
    yield f"[words.{LIST}]"
    yield f"# file = {text(where)}"
    yield from (f"{key} = {value(said)}" for key, said in names.top.items())
    yield f"word = {text(names.word)}"
    yield f"means = {text(names.means)}"
