"""Checked rows -> graph, in one transaction, by the query of their kind; rows with an objector are refused."""

import dataclasses
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from graph.facts import objections, settling
from graph.facts.kinds import STORED
from graph.model import Row
from graph.store import queries
from graph.store.client import Database, utc
from graph.store.error_mapping import Gone
from graph.store.transaction import Transaction


@dataclass(frozen=True)
class Load:
    """Where rows come from: what is new says the load's id, and a node of that id says the rest."""

    id: str
    by: str | None
    "the person who loaded; None: not known"
    at: datetime
    files: tuple[str, ...]
    digest: str | None = None
    "of the files' content and how they were read; None: not known"

    @classmethod
    def begin(cls, by: str | None, at: datetime, files: Sequence[str], digest: str | None = None) -> "Load":
        return cls(secrets.token_hex(8), by, at, tuple(files), digest)

    def again(self, id_: str) -> "Load":
        """This load, which goes on with that one: the same files, read in the same way."""
        return dataclasses.replace(self, id=id_)


class Target(Protocol):
    """Where the rows of a load go in place of the graph."""

    def store(self, kind: str, rows: list[Row], load: Load) -> dict[str, Any]:
        """What became of the rows, as `store` says it of those that go into the graph."""

    def finish(self, **said: Any) -> None:
        """The load has ended; said: as cypher/facts/finish_load.cypher takes it."""


def store(
    transaction: Transaction,
    kind: str,
    rows: Sequence[Row],
    *,
    load: Load | None = None,
    how: str = "file",
    hold: bool = True,
) -> dict[str, Any]:
    """What cypher/facts/load_KIND.cypher says of the rows, each with its line; facts name the load.

    how:  where the agreement to a membership comes from: member, operator or file.
    hold: False for a rehearsal, which must not make an objection wait.
    """
    rejects = objections.refused(transaction, kind, rows, hold=hold)
    lines = {each["line"] for each in rejects}
    name = f"load_{kind}"
    good = [row for row in rows if row["line"] not in lines]
    given = {"rows": good, "load": load and load.id, "how": how}
    wanted = {param.name for param in queries.get(name).params}
    if kind == "payments":
        outcome = settling.store(transaction, good, load=load.id if load else None)
    else:
        [outcome] = transaction.run(name, **{name: value for name, value in given.items() if name in wanted})
    if kind == "memberships" and outcome["stored"] and transaction.run("nameless_pauses")[0]["any"]:
        salt, _ = objections.glanced_at(transaction)
        joining = [{"entity": row["entity"], "hash": objections.hashed(salt, row["entity"])} for row in good]
        transaction.run("restore_pauses", joining=joining)
    # The driver's result refers to itself and to these: they would stay until a full garbage collection.
    good.clear()
    if load is not None and (outcome["stored"] or outcome.get("repeated")):
        _record(transaction, load, kind, outcome["stored"])
    return outcome | {"rejects": [*outcome["rejects"], *rejects]}


def correct(transaction: Transaction, kind: str, rows: Sequence[Row], *, load: Load) -> dict[str, Any]:
    """What cypher/facts/correct_KIND.cypher says of rows whose ids are known with other content; kind: IN_PLACE.

    A row that says nothing new is neither corrected nor among the rejects.
    """
    name = f"correct_{kind}"
    given = {"rows": rows, "load": load.id}
    wanted = {param.name for param in queries.get(name).params}
    [outcome] = transaction.run(name, **{key: value for key, value in given.items() if key in wanted})
    if outcome["corrected"]:
        _record(transaction, load, kind, 0)
    return outcome


def replace(transaction: Transaction, kind: str, row: Row, *, load: Load) -> dict[str, Any] | None:
    """The row takes the place of what is known under its id: the entities that it `touched`, or the `rejects`.

    What the row leaves open stays as it was, and so does what was paid of an obligation. None: the id is not
    known. The caller rolls back what was refused.
    """
    paid = settling.payments_of(transaction, row["id"]) if kind == "obligations" else []
    removed = next(iter(remove(transaction, kind, [row["id"]])), None)
    if removed is None:
        return None
    said = removed["said"]
    whole = filled_in(row, said) | {"before": named_before(said, load)}
    outcome = store(transaction, kind, [whole], load=load)
    rejects, touched = outcome["rejects"], {*removed.get("touched", ()), *outcome.get("touched", ())}
    if paid and not rejects:
        again = settling.store(transaction, paid, load=None, whatever_it_says=True)
        touched |= set(again["touched"])
        rejects = [_of_payment(row, each) for each in again["rejects"][:1]]
    return {"rejects": rejects, "touched": touched}


def _of_payment(row: Row, refused: Mapping[str, Any]) -> dict[str, Any]:
    """The reject of a corrected obligation which one of its payments does not fit any more."""
    column = refused["column"]
    reason = f"the obligation was paid in part, and this does not fit: {refused['reason']}"
    return {"line": row["line"], "column": column, "value": str(row[column]), "reason": reason}


def _record(transaction: Transaction, load: Load, kind: str, stored: int) -> None:
    """The load is on record, with so many more new rows of this kind."""
    transaction.run(
        "record_load",
        id=load.id,
        by=load.by,
        at=load.at,
        files=list(load.files),
        digest=load.digest,
        kind=kind,
        stored=stored,
    )


def remove(source: Database | Transaction, kind: str, ids: Sequence[str]) -> list[dict[str, Any]]:
    """A row for each that is gone: its id, what it `said` and, of a fact, the entities that this `touched`.

    An obligation goes with what was paid of it; without a payment, it is open again if the others are not enough.

    Raises Gone in a transaction: another one removed a fact of these while it waited.
    """
    if kind == "judgments":
        return source.run("remove_judgments", ids=ids)
    if isinstance(source, Database):
        return source.write(lambda transaction: remove(transaction, kind, ids))
    found = source.run("facts_by_id", kind=kind, ids=ids)
    facts = [{"id": row["id"], "ref": row["ref"]} for row in found]
    stored = STORED[kind]
    removed = source.run("remove_facts", facts=facts, type=stored.type, both=stored.touches_both)
    if len(removed) < len(facts):
        raise Gone(f"some of these {kind} were removed at that moment")
    if kind == "payments":
        settling.settle(source, {row["said"]["obligation"] for row in removed})
    return removed


def filled_in(row: Row, said: Mapping[str, Any]) -> Row:
    """The row, with the stored value in each empty cell: an empty cell says nothing.

    row:  every column of its kind, None where the file has no such column or an empty cell.
    said: what was stored, as the driver gives it. That payments settled an obligation is theirs to say.
    """
    if said.get("parts") is not None:
        said = {name: value for name, value in said.items() if name != "settled"}
    return row | {name: _written(said[name]) for name, value in row.items() if value is None and name in said}


def named_before(said: Mapping[str, Any], load: Load) -> list[str] | None:
    """The loads that said a fact before this one corrects it, by id; None: none is known."""
    also = [each.split(" ")[0] for each in said.get("also") or ()]
    found = dict.fromkeys([*(said.get("before") or ()), said.get("load"), *also])
    return [each for each in found if each and each != load.id] or None


def _written(value: Any) -> Any:
    """A stored value as rows carry it: times as text."""
    return value if isinstance(value, str | int | float) else utc(value).isoformat()
