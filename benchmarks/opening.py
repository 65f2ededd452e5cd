"""Opening ratings and passing changes on, beside a plain keyed lookup and beside a full run."""

import random
import statistics
from collections.abc import Callable, Sequence
from datetime import timedelta

from benchmarks.measuring import report, timed
from graph import explain
from graph.explain.what_if import WithoutContact, what_if
from graph.facts import synthetic
from graph.facts.store import Load, store
from graph.model import Changes
from graph.rating.apply import remove
from graph.rating.rerate import rerate
from graph.rating.run import rate
from graph.store import queries
from graph.store.client import Database

SCHEME = "reliability"
LOOKUP = "MATCH (m:Membership {id: $id}) RETURN m.score AS score, m.points AS points, m.band AS band"
MEMBERS = """
MATCH (m:Membership {scheme: $scheme})<-[:JOINED]-(e)
RETURN e.id AS id, size(m.circle) AS circle ORDER BY m.rid
"""
MOST_CONTACTED = """
MATCH (m:Membership {scheme: $scheme})<-[:JOINED]-(e)
RETURN e.id AS id ORDER BY COUNT { (m)<-[:INNER]-() } DESC, id LIMIT $limit
"""
SCORES = "MATCH (m:Membership {scheme: $scheme}) RETURN m.rid AS rid, m.score AS score, m.run AS run"
BOUND = "MATCH (s:Scheme {id: $scheme}) MATCH (r:Run {id: s.run}) RETURN coalesce(r.slack, r.bound) AS bound"
CONTACT = "MATCH (e:Entity {id: $id})-[c:CONTACTED]->() RETURN c.id AS id LIMIT 1"
LOAD = Load.begin("a benchmark", synthetic.AS_OF, ["changes"])
TIMES = 300
CHANGES = 1_000
Row = tuple[str, float, float, float]


def run(database: Database, members: int) -> None:
    """Prints the figures of a community that benchmarks.scale has loaded and rated."""
    found = database.statement(MEMBERS, scheme=SCHEME)
    some = random.Random(1)
    sample = some.sample([row["id"] for row in found if row["circle"]], TIMES)
    hubs = [row["id"] for row in database.statement(MOST_CONTACTED, scheme=SCHEME, limit=20)]
    _reads(database, members, sample, hubs)
    changes = Changer(database, [row["id"] for row in found])
    single = [timed(lambda entity=entity: changes.pay(entity))[0] for entity in sample]  # type: ignore[misc]
    popular = [timed(lambda entity=entity: changes.pay(entity))[0] for entity in hubs]  # type: ignore[misc]
    mixed = [timed(changes.any_of)[0] for _ in range(CHANGES)]
    kept = {row["rid"]: row["score"] for row in database.statement(SCORES, scheme=SCHEME)}
    [bound] = database.statement(BOUND, scheme=SCHEME)
    seconds, _ = timed(lambda: rate(database, SCHEME, as_of=synthetic.AS_OF))
    fresh = {row["rid"]: row["score"] for row in database.statement(SCORES, scheme=SCHEME)}
    assert fresh.keys() == kept.keys()
    report(
        f"{members:,} members: one change end to end, beside a run of {seconds:.1f} s (aim: the median <= 1/500)",
        ("change", "p50 ms", "p99 ms", "1/p50 of a run"),
        [
            ("a fact of a member", *_percentiles(single), f"1/{seconds / statistics.median(single):,.0f}"),
            ("of the 20 most contacted", *_percentiles(popular), f"1/{seconds / statistics.median(popular):,.0f}"),
            (
                "of any kind, joins and leaves too",
                *_percentiles(mixed),
                f"1/{seconds / statistics.median(mixed):,.0f}",
            ),
        ],
    )
    largest = max(abs(kept[rid] - score) for rid, score in fresh.items())
    print(
        f"after {len(single) + len(popular) + CHANGES:,} changes the largest deviation from a fresh run is "
        f"{largest * 600:.4f} points, and the ratings state {bound['bound'] * 600:.4f}"
    )
    assert largest <= bound["bound"]


def _reads(database: Database, members: int, sample: Sequence[str], hubs: Sequence[str]) -> None:
    opened = queries.get("rating").text

    def measured(title: str, work: Callable[[str], object], entities: Sequence[str] = sample) -> Row:
        for entity in entities[:30]:
            work(entity)
        pairs = [(timed(lambda e=each: look_up(e))[0], timed(lambda e=each: work(e))[0]) for each in entities]  # type: ignore[misc]
        ratio = statistics.median(second for _, second in pairs) / statistics.median(first for first, _ in pairs)
        return (title, *_percentiles([second for _, second in pairs]), ratio)

    def look_up(entity: str) -> object:
        return database.statement(LOOKUP, id=f"{SCHEME}|{entity}")

    def without_strongest(entity: str) -> object:
        contact = explain.explain(database, entity, SCHEME).rating.circle[0].entity
        return what_if(database, entity, SCHEME, WithoutContact(contact))

    rows = [
        measured("a plain keyed lookup", look_up),
        measured("the query of a one-hop explanation", lambda e: database.statement(opened, id=f"{SCHEME}|{e}")),
        measured("explain, as Python has it", lambda e: explain.explain(database, e, SCHEME)),
        measured("explain with every fact", lambda e: explain.explain(database, e, SCHEME, facts=True)),
        measured("all hops", lambda e: explain.reach(database, e, SCHEME)),
        measured("all hops, most contacted", lambda e: explain.reach(database, e, SCHEME), hubs),
        measured("what-if without a contact", without_strongest),
        measured("what-if without a contact, most contacted", without_strongest, hubs),
    ]
    report(
        f"{members:,} members: opening a rating (aims: one-hop query <= 1.5 lookups, all hops <= 50 ms)",
        ("reading", "p50 ms", "p99 ms", "lookups"),
        rows,
    )


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """(p50, p99) in milliseconds."""
    ordered = sorted(seconds)
    return statistics.median(ordered) * 1000, ordered[int(len(ordered) * 0.99)] * 1000


class Changer:
    """Makes changes of facts, each passed on at once."""

    def __init__(self, database: Database, members: list[str]):
        self.database, self.members, self.random, self.made = database, members, random.Random(2), 0

    def pay(self, entity: str) -> None:
        """The entity has paid a debt, some days late."""
        self._put("obligations", self._obligation(entity))

    def any_of(self) -> None:
        """A new, corrected or removed fact of a random member, or a random member leaves, or someone joins."""
        entity, other = self.random.sample(self.members, 2)
        kind = self.random.choices(["pay", "contact", "correct", "remove", "leave"], [4, 4, 2, 2, 1])[0]
        if kind == "pay":
            self.pay(entity)
        elif kind == "contact":
            for source, target in ((entity, other), (other, entity)):
                self._put("contacts", {"source": source, "target": target, "at": self._day(), "channel": None})
        elif kind == "correct":
            row = self._obligation(entity)
            self._put("obligations", row)
            remove(self.database, "obligations", [str(row["id"])])
            self._put("obligations", row | {"settled": None})
        elif kind == "remove":
            if known := self.database.statement(CONTACT, id=entity):
                remove(self.database, "contacts", [known[0]["id"]])
        else:
            remove(self.database, "memberships", [f"{SCHEME}|{entity}"])
            self._put(
                "memberships",
                {"entity": entity, "scheme": SCHEME, "at": "2026-06-01T00:00:00Z", "notice": "1"},
                touched=[SCHEME],
            )

    def _put(self, kind: str, row: dict[str, object], *, touched: Sequence[str] = ()) -> None:
        self.made += 1
        row.setdefault("id", f"changed-{self.made}")
        rows = [row | {"line": 1}]
        outcome = self.database.write(lambda transaction: store(transaction, kind, rows, load=LOAD))
        assert not outcome["rejects"], outcome
        changes = Changes()
        changes.add(kind, touched or outcome["touched"])
        assert all(not done.stale for done in rerate(self.database, changes))

    def _obligation(self, entity: str) -> dict[str, object]:
        self.made += 1
        row = dict.fromkeys(("kind", "amount", "currency", "outcome"))
        creditor = self.random.choice([each for each in self.random.sample(self.members, 2) if each != entity])
        due = synthetic.AS_OF - timedelta(days=60)
        settled = due + timedelta(days=self.random.randrange(60))
        ends = {"id": f"changed-{self.made}", "debtor": entity, "creditor": creditor}
        return row | ends | {"due": due.isoformat(), "settled": settled.isoformat()}

    def _day(self) -> str:
        return (synthetic.AS_OF - timedelta(days=self.random.randrange(1, 90))).isoformat()
