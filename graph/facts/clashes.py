"""Ids that are known with other content: they are found and reported before anything is written.

They are either facts of another source, whose ids `--prefix` keeps apart, or corrections, which `apply` takes.
docs/decisions/0028-ids-of-two-sources.md says why they stop a load.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import RecordError
from graph.facts import objections
from graph.facts.ahead import ahead
from graph.facts.files.earlier import Earlier
from graph.facts.files.mapping import Mapping as MappingFile
from graph.facts.files.reader import named_by_ids
from graph.facts.kinds import CORRECTABLE
from graph.facts.store import store
from graph.model import Chunk, Reject, Row
from graph.store.client import Database
from graph.text.counts import counted

EXAMPLES = 3
"Of the rows that clash in one file: that many are named in the error, and all of them are among the rejects."

FOR_FACTS = (
    "If they are facts of another source, load them with `--prefix NAME-`, which is put before their ids. "
    "If they correct what is known, use `innercircle apply`."
)
FOR_OTHERS = (
    "If these {} are others than those that are known, give them ids of their own: a mapping has a prefix. "
    "If they correct names, registered numbers or categories, use `innercircle apply`."
)


@dataclass
class Clashes:
    """The rows of one kind of one file whose ids are known with other content."""

    kind: str
    file: str
    rows: int = 0
    "of this kind that the file has, good or bad"
    clashing: int = 0
    examples: list[Reject] = field(default_factory=list)

    def __str__(self) -> str:
        named = ", ".join(f"{each.value} in line {each.line} ({each.reason})" for each in self.examples)
        more = ", ..." if self.clashing > len(self.examples) else ""
        return f"{self.clashing:,} of {counted(self.rows, self.kind)} of {self.file}: {named}{more}"


def forbid(
    database: Database,
    files: Sequence[Path],
    read: Callable[[Path], Iterator[Chunk]],
    kinds: Mapping[Path, Sequence[str]],
    *,
    most: float,
    reject: Callable[[Iterable[Reject]], None],
    progress: Callable[[str], None],
) -> RecordError | None:
    """The load stops if more than this share of a file's rows have ids that are known with other content.

    An id is known from the graph, or from an earlier one of the files. Nothing is written. A file is only read if
    there is something that its ids could clash with.

    read:   the rows of a file, as they are going to be stored.
    kinds:  by file: those of its rows that are named by their ids.
    reject: takes every row that clashes.
    """
    known = set(database.one("kinds_known")["kinds"]) if any(kinds.values()) else set()
    shared = {
        kind for kind, number in Counter(kind for each in kinds.values() for kind in each).items() if number > 1
    }
    found: list[Clashes] = []
    with closing(Earlier()) as earlier:
        for file in files:
            looked_at = {kind for kind in kinds[file] if kind in known | shared}
            tallies = {kind: Clashes(kind, str(file)) for kind in kinds[file] if kind in looked_at}
            with ahead(read(file) if looked_at else iter(())) as chunks:
                for chunk in chunks:
                    if chunk.kind not in tallies:
                        continue
                    clashing = _in_the_graph(database, chunk) if chunk.kind in known else {}
                    if chunk.kind in shared:
                        clashing |= _in_earlier_files(earlier, chunk)
                    tally = tallies[chunk.kind]
                    _count(tally, chunk, clashing)
                    reject(reason for _, reason in sorted(clashing.items()))
                    progress(f"{file}: looked whether ids of {counted(tally.rows, chunk.kind)} are taken")
            found += [each for each in tallies.values() if each.clashing > most * each.rows]
    return _stopped(found) if found else None


def _count(tally: Clashes, chunk: Chunk, clashing: Mapping[int, Reject]) -> None:
    tally.rows += len(chunk.rows) + len(chunk.rejects)
    tally.clashing += len(clashing)
    room = EXAMPLES - len(tally.examples)
    tally.examples += [reject for _, reject in sorted(clashing.items())][:room]


def _in_the_graph(database: Database, chunk: Chunk) -> dict[int, Reject]:
    """By line: the rows whose ids the graph knows with other content, as storing them would say.

    Storing decides, in a transaction that is rolled back; only rows whose ids are known are stored there.
    """
    ids = [row["id"] for row in chunk.rows]
    known = {row["id"] for row in database.run("known_ids", kind=chunk.kind, ids=ids)}
    if not known:
        return {}
    rows = [row | {"line": line} for row, line in zip(chunk.rows, chunk.lines, strict=True) if row["id"] in known]
    names = {row["line"]: row["id"] for row in rows}
    with database.rolled_back() as rehearsal:
        refused = store(rehearsal, chunk.kind, rows, hold=False)["rejects"]
    return {
        each["line"]: Reject(chunk.file, each["line"], "id", names[each["line"]], _why(each))
        for each in refused
        if each["reason"] != objections.REASON
    }


def _why(refused: Row) -> str:
    """The reason that storing gave, if it is about the id; else that the id is known with another value."""
    reason: str = refused["reason"]
    return reason if reason.startswith("the id is known") else f"the id is known with another {refused['column']}"


def _in_earlier_files(earlier: Earlier, chunk: Chunk) -> dict[int, Reject]:
    """By line: the rows that an earlier file of this load contradicts."""
    found = earlier.contradicted(chunk.file, chunk.kind, chunk.rows)
    return {
        chunk.lines[at]: Reject(
            chunk.file, chunk.lines[at], "id", chunk.rows[at]["id"], f"{file} has the id with another {column}"
        )
        for at, file, column in found
    }


def _stopped(found: Sequence[Clashes]) -> RecordError:
    first, told = found[0], "; ".join(map(str, found))
    others = dict.fromkeys(each.kind for each in found if each.kind not in CORRECTABLE)
    advice = [FOR_FACTS] if any(each.kind in CORRECTABLE for each in found) else []
    advice += [FOR_OTHERS.format(" and ".join(others))] if others else []
    return RecordError(
        f"ids are known with other content, so nothing was written. {told}. {' '.join(advice)} "
        "To load the other rows and leave these out, allow it with `--max-reject-rate`",
        file=first.file,
        line=first.examples[0].line,
        column="id",
    )


def kinds_of(files: Sequence[Path], kind: str | None, made: MappingFile | None) -> dict[Path, tuple[str, ...]]:
    """By file: the kinds of its rows that are named by ids which another source could have given too."""
    return {file: named_by_ids(file, kind, made) for file in files}
