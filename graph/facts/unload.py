"""Taking a load back: what it brought goes, unless somebody else says it too or decided something about it.

Each kind is a batch of its own transactions. So it can break off anywhere, and the next attempt does the rest.
docs/loading.md says what stays, and docs/decisions/0046-a-load-is-taken-back.md why.
"""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from graph.errors import NotFound, Refused, StoreConflict
from graph.facts import load_records, settling
from graph.facts.kinds import CORRECTABLE, KINDS, STORED
from graph.model import Row
from graph.store.client import Database, utc
from graph.text.plain import visible

ATTEMPTS = 3
# Obligations in one transaction, with all their payments: sums of money are made here.
PAGE = 1_000
STAYS = {
    "repeated": "another load says them too",
    "named": "something else names them",
    "disputed": "they are in dispute",
    "decided": "they outlived a dispute",
    "corrected": "a load corrected what another had said",
    "joined": "only a member ends its membership, by leaving",
}
"Why something of a load stays, in the words of cypher/facts/unload_*.cypher."


@dataclass(frozen=True)
class Unloaded:
    """What became of a load, by kind."""

    load: str
    removed: dict[str, int] = field(default_factory=dict)
    stays: dict[str, dict[str, int]] = field(default_factory=dict)
    "by the reasons of STAYS"
    already: datetime | None = None
    "when it was taken back before; then nothing was done"


def rehearse(database: Database, id_: str) -> Unloaded:
    """What would become of the load; nothing is changed. Raises NotFound."""
    known = next((row["load"] for row in database.run("all_loads") if row["load"]["id"] == id_), None)
    if known is None:
        raise _unknown(id_)
    if known.get("unloaded"):
        return Unloaded(id_, already=utc(known["unloaded"]))
    return _unload(database, id_, known.get("memberships"), dry=True, progress=lambda message: None)


@contextmanager
def taking_back(
    database: Database,
    id_: str,
    *,
    by: str | None,
    why: str | None,
    progress: Callable[[str], None] = lambda message: None,
) -> Iterator[tuple[Unloaded, datetime]]:
    """What the load brought is gone; the block does what has to follow, and then the load is taken back.

    Yields what became of it, and since when its members' facts have changed. One that was taken back before is
    left alone. Raises NotFound, Refused (the load, or another attempt to take it back, is under way) and any
    StoreError: what is gone until then stays gone, and another attempt does the rest.
    """
    with _alone(database, id_):
        begun = database.optional("begin_unload", id=id_, by=by, why=why and visible(why))
        if begun is None:
            raise _unknown(id_)
        if begun["unloaded"]:
            yield Unloaded(id_, already=utc(begun["unloaded"])), utc(begun["unloaded"])
            return
        if begun["digest"] and load_records.is_under_way(database, begun["digest"]):
            if begun["first"]:
                database.run("leave_load", id=id_)
            raise Refused(f"load {id_} is under way: wait for it to end, or end it, then take it back")
        done = _unload(database, id_, begun["memberships"], dry=False, progress=progress)
        yield done, utc(begun["unloading"])
        database.run("finish_unload", id=id_)


def _unload(
    database: Database, id_: str, memberships: int | None, *, dry: bool, progress: Callable[[str], None]
) -> Unloaded:
    gone = sorted({row["id"] for row in database.run("loads_taken_back")} | {id_})
    done = Unloaded(id_, stays={"joined": {"memberships": memberships}} if memberships else {})
    own: dict[str, Any] = {"load": id_, "gone": gone, "dry": dry}
    for kind, stored in STORED.items():
        progress(f"taking back {kind}")
        if KINDS[kind].belongs_to:
            for rows in _unload_payments(database, own):
                _count(done, rows, kind)
            continue
        may_lack = [column.name for column in KINDS[kind].columns if not column.required and column.name != "id"]
        of_kind: dict[str, Any] = {"type": stored.type, "both": stored.touches_both, "columns": may_lack}
        _count(done, _again(partial(database.run, "unload_facts", **own, **of_kind)), kind)
    for kind in (each for each in CORRECTABLE if each not in STORED):
        _count(done, _again(partial(database.run, f"unload_{kind}", **own)), kind)
    progress("taking back entities, products and sites")
    named = [row["client"] for row in database.run("clients_with_grants")]
    types = [stored.type for stored in STORED.values()]
    _count(done, _again(partial(database.run, "unload_things", **own, types=types, named=named)))
    return done


def _unload_payments(database: Database, own: Mapping[str, Any]) -> Iterator[list[Row]]:
    """What becomes of the load's payments, page by page; their obligations are settled by what is left."""
    load, gone, dry = own["load"], own["gone"], own["dry"]
    ids = [""]
    while ids := [row["id"] for row in database.run("paid_of_load", load=load, after=ids[-1], limit=PAGE)]:
        if dry:
            yield database.run("unload_payments", ids=ids, **own)
        else:
            settled = partial(settling.take_back, obligations=ids, load=load, gone=gone)
            yield _again(partial(database.write, settled))


def _again(work: Callable[[], list[dict[str, object]]]) -> list[dict[str, object]]:
    """What the work gives; it is done again where somebody else was faster, and then tells of the rest."""
    for _ in range(ATTEMPTS - 1):
        try:
            return work()
        except StoreConflict:
            continue
    return work()


def _count(done: Unloaded, rows: list[dict[str, object]], kind: str = "") -> None:
    for row in rows:
        of, number = str(row.get("kind", kind)), int(str(row["rows"]))
        counts = done.removed if row["became"] == "removed" else done.stays.setdefault(str(row["became"]), {})
        counts[of] = counts.get(of, 0) + number
        if paid := int(str(row.get("paid", 0))):
            done.removed["payments"] = done.removed.get("payments", 0) + paid


@contextmanager
def _alone(database: Database, id_: str) -> Iterator[None]:
    """No other attempt to take this load back is under way while the block runs. Raises Refused."""
    attempt = str(uuid.uuid4())
    with database.run_lock({"unload": id_, "attempt": attempt}):
        deadline = time.monotonic() + load_records.PATIENCE_SECONDS
        mine: dict[str, Any] = {"id": id_, "database": database.called}
        while (found := database.run("unloads_under_way", **mine)) and found[0]["attempt"] != attempt:
            if time.monotonic() > deadline:
                raise Refused(f"load {id_} is being taken back at this moment: wait for that to end")
            time.sleep(0.2)
        yield


def _unknown(id_: str) -> NotFound:
    return NotFound(f"there is no load {id_!r}: `innercircle loads` shows them")
