"""What becomes of checked rows in an empty store, decided as the queries of cypher/facts decide it in a graph.

The words of every reject are those of the queries; tests/facts/first_fill compares whole graphs and rejects files.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graph.facts import settling
from graph.facts.files.ids import private_database
from graph.facts.first_fill.forms import ARRAY_DELIMITER, LABELS, THINGS, Form, form_of
from graph.facts.first_fill.joining import Schemes, why_not
from graph.facts.first_fill.staged import Staged
from graph.facts.kinds import KINDS, STORED
from graph.facts.payments import Owed, Payment, money, sort_out
from graph.facts.store import Load
from graph.model import Row

Outcome = dict[str, Any]
NODES = {"Entity": "entities", **{label: kind for kind, label in THINGS.items()}}
"By label, the kind whose rows are such nodes."


class Resolver:
    """The rows of one load on their way into the importer's files, and what is known of the load itself."""

    def __init__(self, directory: Path, schemes: Schemes, room: Callable[[], None] = lambda: None):
        """directory: is there and empty. room: asked before each chunk; raises where the disk has none."""
        self._schemes, self._room = schemes, room
        self.forms: dict[str, Form] = {kind: form_of(kind) for kind in KINDS}
        self.staged = {kind: Staged(directory / f"{kind}.csv", form.columns) for kind, form in self.forms.items()}
        self._paid = private_database("paid (obligation TEXT NOT NULL, id TEXT NOT NULL, at TEXT, amount REAL)")
        self._paid.execute("CREATE INDEX paid_obligation ON paid (obligation)")
        self._next_rid: dict[str, int] = {}
        self.stored: dict[str, int] = {}
        self.load: dict[str, Any] = {}
        "The properties of the load's own node; empty where the load leaves no trace."

    def store(self, kind: str, rows: list[Row], load: Load) -> Outcome:
        """What became of the rows, in the words of graph.facts.store."""
        self._room()
        if kind == "payments":
            outcome = self._pay(rows, load)
        elif kind == "memberships":
            outcome = self._join(rows)
        else:
            outcome = self._sort(kind, rows, load)
        if outcome["stored"]:
            self.stored[kind] = self.stored.get(kind, 0) + outcome["stored"]
            self.load = {"id": load.id, "by": load.by, "at": load.at, "files": list(load.files)}
            self.load |= {"digest": load.digest, **self.stored}
        return outcome

    def finish(self, **said: Any) -> None:
        """The load's node says how it ended."""
        self.load = said | self.stored

    def end(self) -> None:
        """Every file is whole."""
        for each in self.staged.values():
            each.finish(self._room)

    def close(self) -> None:
        for each in self.staged.values():
            each.close()
        self._paid.close()

    @property
    def next_rids(self) -> Mapping[str, int]:
        """By scheme, where somebody joined: the rid of the next one."""
        return self._next_rid

    def _sort(self, kind: str, rows: list[Row], load: Load) -> Outcome:
        staged = self.staged[kind]
        lacking = self._lacking(kind, rows)
        known = staged.known([row["id"] for row in rows])
        new, rejects, completed = rows, list[Row](), list[Row]()
        if lacking or known:
            new = []
            for at, row in enumerate(rows):
                if reject := lacking.get(at):
                    rejects.append(reject)
                elif row["id"] not in known:
                    new.append(row)
                elif reject := _contradiction(kind, row, known[row["id"]][1]):
                    rejects.append(reject)
                elif self._completes(staged, row, *known[row["id"]]):
                    completed.append(row)
        for row in new:
            self._dress(kind, row, load)
        staged.add(new)
        self._touch(kind, [*new, *completed])
        told = len(new) + len(completed) + len(rejects)
        return _outcome(len(new), len(completed), len(rows) - told, rejects)

    def _lacking(self, kind: str, rows: Sequence[Row]) -> dict[int, Row]:
        """By place: a reject for each row that names a node which is not there."""
        found: dict[int, Row] = {}
        for column, label in reversed(self.forms[kind].ends):
            there = self.staged[NODES[label]].there([row[column] for row in rows])
            if not all(there):
                reason = f"there is no such {label.lower()}"
                found |= {
                    at: _reject(row, column, reason)
                    for at, (row, is_there) in enumerate(zip(rows, there, strict=True))
                    if not is_there
                }
        return found

    def _dress(self, kind: str, row: Row, load: Load) -> None:
        """The row has all columns of its file."""
        if kind == "entities":
            row["brought"], row["changed"] = load.id, None
            row["labels"] = ARRAY_DELIMITER.join(LABELS[row["kind"]])
        elif kind in THINGS:
            row["brought"] = load.id
        else:
            row["load"] = load.id
            if kind == "obligations":
                row["parts"] = None

    def _touch(self, kind: str, rows: Sequence[Row]) -> None:
        """Who has joined already is marked as changed by these new facts of its own."""
        stored = STORED.get(kind)
        if stored is None or not self._next_rid:
            return
        columns = stored.ends if stored.touches_both else stored.ends[:1]
        named = list({row[column] for row in rows for column in columns})
        joined = set[str]()
        for scheme in self._next_rid:
            there = self.staged["memberships"].there([f"{scheme}|{entity}" for entity in named])
            joined |= {entity for entity, has_joined in zip(named, there, strict=True) if has_joined}
        entities = self.staged["entities"]
        for number, entity in entities.known(list(joined)).values():
            if entity["changed"] is None:
                entities.change(number, entity | {"changed": datetime.now(UTC).isoformat()})

    def _completes(self, staged: Staged, row: Row, number: int, known: Row) -> bool:
        """Whether the row fills in what was missing, which then is there."""
        fills = {
            name: value for name, value in row.items() if value is not None and known.get(name, value) is None
        }
        own_word = {"parts": None} if row.get("settled") is not None and known.get("parts") is not None else {}
        if fills or own_word:
            staged.change(number, known | fills | own_word)
        return bool(fills)

    def _pay(self, rows: list[Row], load: Load) -> Outcome:
        owed, known_owed = self._owed([row["obligation"] for row in rows])
        staged = self.staged["payments"]
        known = {
            id_: says | {"at": datetime.fromisoformat(says["at"])}
            for id_, (_, says) in staged.known([row["id"] for row in rows]).items()
        }
        found = sort_out(rows, owed, known)
        for row in found.new:
            says = known_owed[row["obligation"]][1]
            row["currency"], row["load"] = says["currency"], load.id
            row["debtor"], row["creditor"] = says["debtor"], says["creditor"]
        staged.add(found.new)
        self._paid.executemany(
            "INSERT INTO paid VALUES (?, ?, ?, ?)",
            [(row["obligation"], row["id"], row["at"], row["amount"]) for row in found.new],
        )
        new = settling.by_obligation(found.new)
        for each in settling.settlements((owed[id_], payments) for id_, payments in new.items()):
            number, says = known_owed[each["id"]]
            settled = {"settled": _as_rows_have_it(each["settled"]), "parts": each["parts"]}
            if settled != {name: says[name] for name in settled}:
                self.staged["obligations"].change(number, says | settled)
                self._touch("obligations", [says])
        return _outcome(len(found.new), 0, len(found.known), found.rejects)

    def _owed(self, ids: Sequence[str]) -> tuple[dict[str, Owed], dict[str, tuple[int, Row]]]:
        """The obligations by id, as payments find them, and as they are staged where they are."""
        known = self.staged["obligations"].known(ids)
        found = {}
        for id_ in set(ids):
            says = known[id_][1] if id_ in known else dict.fromkeys(self.forms["obligations"].columns)
            paid = self._paid.execute("SELECT id, at, amount FROM paid WHERE obligation = ?", (id_,))
            found[id_] = Owed(
                id=id_,
                known=id_ in known,
                removed=False,
                amount=None if says["amount"] is None else money(says["amount"]),
                currency=says["currency"],
                says_itself=says["settled"] is not None and says["parts"] is None,
                payments=tuple(
                    Payment(payment, datetime.fromisoformat(at).astimezone(UTC), money(part))
                    for payment, at, part in paid
                ),
            )
        return found, known

    def _join(self, rows: list[Row]) -> Outcome:
        staged, entities = self.staged["memberships"], self.staged["entities"].known([x["entity"] for x in rows])
        for row in rows:
            row["id"] = f"{row['scheme']}|{row['entity']}"
        known = staged.known([row["id"] for row in rows])
        new, rejects, same = list[Row](), list[Row](), 0
        for row in rows:
            entity, joined = entities.get(row["entity"]), known.get(row["id"])
            notice = self._schemes.notice(row["scheme"], row["notice"])
            why = why_not(row, entity and entity[1], self._schemes, notice, joined and joined[1])
            if why:
                rejects.append(_reject(row, *why))
            elif joined:
                same += 1
            else:
                rid = self._next_rid.get(row["scheme"], self._schemes.next_rid(row["scheme"]))
                self._next_rid[row["scheme"]] = rid + 1
                new.append(row | {"rid": rid, "how": "file", "notice": notice})
        staged.add(new)
        return _outcome(len(new), 0, same, rejects)


def _outcome(stored: int, completed: int, known: int, rejects: list[Row]) -> Outcome:
    return {"stored": stored, "completed": completed, "known": known, "rejects": rejects, "touched": []}


def _reject(row: Row, column: str, reason: str) -> Row:
    return {"line": row["line"], "column": column, "value": as_cypher_writes(row[column]), "reason": reason}


def _as_rows_have_it(instant: str | None) -> str | None:
    """The instant in the form of graph.model.Chunk, so that equal ones are equal texts."""
    return instant and datetime.fromisoformat(instant).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _contradiction(kind: str, row: Row, known: Row) -> Row | None:
    """A reject for a row whose id is known with another value; a missing value contradicts nothing."""
    for column in KINDS[kind].columns:
        value, said = row[column.name], known[column.name]
        if value is not None and said is not None and value != said:
            return _reject(row, column.name, f"the id is known with another {column.name}")
    return None


def as_cypher_writes(value: Any) -> Any:
    """The value as text; a number as Cypher's toString has it: 1.0E7 from ten millions on."""
    if not isinstance(value, float):
        return value
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    # Java has two digits at least, of which the second can be nearer: 4.9E-324, where 5e-324 is the same number
    two = f"{value:.1e}"
    digits, _, exponent = f"{two if float(two) == value else repr(value)}e".partition("e")
    sign, number = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    whole, _, part = number.partition(".")
    shift = int(exponent.rstrip("e") or 0) + len(whole) - 1
    significant = (whole + part).lstrip("0")
    shift -= len(whole + part) - len(significant)
    significant = significant.rstrip("0")
    return f"{sign}{significant[0]}.{significant[1:] or '0'}E{shift}"
