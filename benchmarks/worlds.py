"""Communities as plain facts, for benchmarks without a server: Bitcoin OTC, and the made-up community."""

import csv
import gzip
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from graph.facts import synthetic
from graph.facts.values import Contact, Facts, Obligation, Purchase, Visit

OTC_AS_OF = datetime(2016, 2, 1, tzinfo=UTC)
FOUNDERS = 5
"Of the made-up community, drawn among those who are owed most."


@dataclass(frozen=True)
class World:
    """A community in which everybody takes part, the members that voices begin with, and when it is rated."""

    name: str
    facts: Facts
    founders: tuple[str, ...]
    as_of: datetime


def bitcoin_otc(directory: Path) -> World:
    """Traders who rate each other, as the mapping bitcoin-otc has them; the first of them is the founder."""
    obligations, contacts, everyone = [], [], set()
    with gzip.open(directory / "otc_network.csv.gz", "rt", newline="") as file:
        for number, (rater, ratee, rating, seconds) in enumerate(csv.reader(file)):
            source, target = f"otc-{rater}", f"otc-{ratee}"
            at = datetime.fromtimestamp(float(seconds), UTC)
            obligations.append(Obligation(target, source, at, None, (int(rating) + 10) / 20, f"o{number}"))
            if int(rating) > 0:
                contacts.append(Contact(source, target, at, f"c{number}"))
            everyone |= {source, target}
    facts = Facts(obligations=obligations, contacts=contacts, members=numbered(sorted(everyone)))
    return World("Bitcoin OTC", facts, ("otc-1",), OTC_AS_OF)


def made_up() -> World:
    """The community of the demo, with everybody a member."""
    with tempfile.TemporaryDirectory() as directory:
        synthetic.write(Path(directory))
        facts = _read(Path(directory))
    owed: dict[str, int] = {}
    for each in facts.obligations:
        owed[each.creditor] = owed.get(each.creditor, 0) + 1
    busiest = sorted(owed, key=lambda entity: (-owed[entity], entity))[: len(owed) // 4]
    founders = tuple(sorted(Random(1).sample(busiest, FOUNDERS)))
    return World("the made-up community", facts, founders, synthetic.AS_OF)


def numbered(entities: list[str]) -> list[tuple[str, int]]:
    """As members: each with its rid."""
    return [(entity, rid) for rid, entity in enumerate(entities)]


def _read(directory: Path) -> Facts:
    def rows(kind: str) -> Iterator[dict[str, str]]:
        with (directory / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    return Facts(
        obligations=[
            Obligation(
                row["debtor"],
                row["creditor"],
                _instant(row["due"]),
                _instant(row["settled"]),
                float(row["outcome"]) if row["outcome"] else None,
                row["id"],
            )
            for row in rows("obligations")
        ],
        contacts=[
            Contact(row["source"], row["target"], _instant(row["at"]), row["id"]) for row in rows("contacts")
        ],
        purchases=[
            Purchase(row["entity"], row["product"], _instant(row["at"]), row["id"]) for row in rows("purchases")
        ],
        visits=[Visit(row["entity"], row["site"], _instant(row["at"]), row["id"]) for row in rows("visits")],
        products={row["id"]: row["category"] for row in rows("products")},
        sites={row["id"]: row["category"] for row in rows("sites")},
        members=numbered([row["id"] for row in rows("entities")]),
    )


def _instant(text: str) -> Any:
    """None for an empty cell."""
    return datetime.fromisoformat(text) if text else None
