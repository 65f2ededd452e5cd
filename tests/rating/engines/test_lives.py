"""A community whose facts, members and policy change is the same at each moment, whichever engines rate it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from graph.errors import NotFound, Refused
from graph.facts.values import Contact, Facts, Obligation, Purchase, Visit
from graph.model import Changes
from graph.policy import publishing
from graph.policy.scheme import Scheme, parse
from graph.rating import apply, published
from graph.rating.rerate import rerate
from graph.rating.run import rate
from graph.rating.verify import verify_run
from graph.rights import disputes, erasure, membership
from graph.store.client import Database
from tests import storing
from tests.conftest import WIPE, samples
from tests.rating.engines.test_answers import KEPT, SECRET, differences
from tests.strategies import AS_OF, PRODUCTS, SITES, TIMES_OF_DAY, make_scheme, numbered

NOW = datetime(2026, 7, 2, tzinfo=UTC)
ZONES = (None, None, "Asia/Kolkata", "Pacific/Kiritimati", "America/Los_Angeles")
FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC)


class Life:
    """What happens to one community, drawn from a number: the same again for the same number."""

    def __init__(self, database: Database, number: int, engines: Sequence[str]):
        """engines: of the runs, by turns."""
        self.database, self.chance, self.engines = database, Random(number), engines
        self.version, self.runs, self.founders = 0, 0, list[str]()
        self.made: list[str] = []

    def begin(self) -> None:
        self.database.statement(WIPE)
        self.database.run("make_secret", name="veil", value=SECRET)
        chance = self.chance
        self.everyone = [f"e{place}" for place in range(chance.choice([1, 2, 3, 6, 8]))]
        joined = chance.sample(self.everyone, chance.randint(0, len(self.everyone)))
        rids = sorted(chance.sample(range(3 * len(self.everyone) + 1), len(joined)))
        self.facts = numbered(
            Facts(
                obligations=[self._obligation() for _ in range(chance.randint(0, 14)) if len(self.everyone) > 1],
                contacts=[each for _ in range(chance.randint(0, 20)) for each in self._contacts()],
                purchases=[self._thing(Purchase, PRODUCTS) for _ in range(chance.randint(0, 5))],
                visits=[self._thing(Visit, SITES) for _ in range(chance.randint(0, 5))],
                products=PRODUCTS,
                sites=SITES,
                members=list(zip(joined, rids, strict=True)),
            )
        )
        self.heard = chance.random() < 0.5
        self.scheme = self._scheme()
        storing.store(self.database, self.facts, self.scheme)
        for entity in self.everyone:  # also who has no fact and has not joined
            row = {"id": entity, "kind": "person", "name": None, "born": None, "uscc": None, "lei": None}
            storing.put(self.database, "entities", [row])
        self.founders = chance.sample(joined, min(len(joined), 2))
        storing.found(self.database, self.scheme, *self.founders)

    def live(self) -> list[Any]:
        """What is kept after each step, and what is told."""
        self.begin()
        rights = [self.pause, self.resume, self.dispute, self.withdraw, self.leave, self.join, self.erase]
        steps = [*rights, self.remove, self.remove, self.rewrite, self.run, self.run]
        found = [self.run()]
        for _ in range(self.chance.randint(2, 5)):
            step = self.chance.choice(steps)
            said = step()
            found.append((step.__name__, said, self.kept()))
        found.append(self.run())
        return found

    def kept(self) -> list[Any]:
        return self.database.statement(KEPT)

    def run(self) -> Any:
        engine = self.engines[self.runs % len(self.engines)]
        self.runs += 1
        as_of = AS_OF + timedelta(days=self.chance.choice([0, 0, 1, 30, 400]))
        earlier = self.made[-1] if self.made and self.chance.random() < 0.3 else None
        batch = self.chance.choice([1, 3, 10_000])
        try:
            run = rate(self.database, self.scheme.id, as_of=as_of, engine=engine, batch=batch, voices_of=earlier)
        except Refused as error:  # too few founders, or the voices of a run that cannot be used any more
            if earlier is None:
                return type(error).__name__
            try:
                run = rate(self.database, self.scheme.id, as_of=as_of, engine=engine, batch=batch)
            except Refused as error:
                return type(error).__name__
        assert verify_run(self.database, run.id).holds
        if self.scheme.voice:
            self.made.append(run.id)
        row = self.database.one("run", id=run.id)["run"]
        told = {
            name: row.get(name) for name in ("members", "range", "ties", "histogram", "bands", "sweeps", "stale")
        }
        spoken = self.database.one("run_voices", id=run.id)
        return told, row["leaning"], spoken, self.kept(), self.opened()

    def opened(self) -> list[Any]:
        found: list[Any] = []
        for entity in self.everyone:
            try:
                opened = published.open_rating(self.database, entity, self.scheme.id)
            except NotFound:
                continue
            found.append([(part.source, part.points, part.whole) for part in opened.parts])
        return found

    # What happens -------------------------------------------------------------------------------------

    def pause(self) -> str:
        return self._decide(lambda tx: membership.pause(tx, *self._tie(), now=NOW))

    def resume(self) -> str:
        return self._decide(lambda tx: membership.resume(tx, *self._tie()))

    def dispute(self) -> str:
        kind = self.chance.choice(["contacts", "contacts", "obligations", "purchases", "visits"])
        facts = list(getattr(self.facts, kind))
        if not facts:
            return "nothing"
        fact = self.chance.choice(facts)
        entity = self.chance.choice(fact[:2]) if kind == "contacts" else fact[0]
        return self._decide(
            lambda tx: disputes.dispute(tx, entity, kind=kind, fact=fact.id, statement="No.", now=NOW)[1]
        )

    def withdraw(self) -> str:
        rows = self.database.statement(
            "MATCH (e:Entity)-[:OPENED]->(d:Dispute {state: 'open'}) "
            "RETURN e.id AS entity, d.id AS id ORDER BY d.fact"
        )
        if not rows:
            return "nothing"
        row = self.chance.choice(rows)
        return self._decide(lambda tx: disputes.withdraw(tx, row["entity"], row["id"], now=NOW))

    def leave(self) -> str:
        entity = self.chance.choice(self.everyone)
        return self._decide(lambda tx: membership.leave(tx, entity, self.scheme.id, now=NOW))

    def join(self) -> str:
        entity, notice = self.chance.choice(self.everyone), self.scheme.notice.version
        return self._decide(
            lambda tx: membership.join(tx, entity, self.scheme.id, notice=notice, how="member", now=NOW)[1]
        )

    def erase(self) -> str:
        entity = self.chance.choice(self.everyone)
        return self._decide(lambda tx: erasure.erase(tx, entity, now=NOW).changes)

    def remove(self) -> str:
        kind = self.chance.choice(["obligations", "contacts"])
        facts = getattr(self.facts, kind)
        if facts:
            apply.remove(self.database, kind, [self.chance.choice(facts).id])
        return "removed"

    def rewrite(self) -> str:
        """Another policy is published: other factors, bands, circle or voices."""
        self.scheme = self._scheme()
        publishing.publish(self.database, self.scheme)
        return "published"

    def _decide(self, decision: Any) -> str:
        try:
            changes: Changes = self.database.write(decision)
        except (NotFound, Refused) as error:
            return type(error).__name__
        rerate(self.database, changes)
        return "done"

    # What is drawn ------------------------------------------------------------------------------------

    def _tie(self) -> tuple[str, str, str]:
        one, other = self._two()
        return one, self.scheme.id, other

    def _two(self) -> tuple[str, str]:
        if len(self.everyone) == 1:
            return self.everyone[0], "nobody"
        one, other = self.chance.sample(self.everyone, 2)
        return one, other

    def _instant(self) -> datetime:
        if self.chance.random() < 0.05:
            return FIRST_DAY + self.chance.choice(TIMES_OF_DAY)
        age = self.chance.choice([-20, -1, 0, 0, 1, 1, 2, 3, 5, 8, 30, 31, 100, 400])
        return AS_OF - timedelta(days=age + 1) + self.chance.choice(TIMES_OF_DAY)

    def _obligation(self) -> Obligation:
        due = self._instant()
        settled = self.chance.choice(
            [None, due, due + timedelta(days=self.chance.randint(-5, 40)), self._instant()]
        )
        settled = None if settled is None else max(settled, FIRST_DAY)
        outcome = self.chance.choice([None, None, None, 0.0, -0.0, 0.5, 1.0])
        return Obligation(*self._two(), due, settled, outcome, zone=self.chance.choice(ZONES))

    def _contacts(self) -> list[Contact]:
        if len(self.everyone) == 1:
            return []
        (one, other), at = self._two(), self._instant()
        answered = self.chance.choice([at, self._instant()])
        return [Contact(one, other, at), Contact(other, one, answered)][: self.chance.choice([1, 2, 2, 2])]

    def _thing(self, made: Any, known: dict[str, str]) -> Any:
        return made(self.chance.choice(self.everyone), self.chance.choice(sorted(known)), self._instant())

    def _scheme(self) -> Scheme:
        chance, self.version = self.chance, self.version + 1
        voice = chance.choice([{}, {"outside": 0.25}, {"pass": 1.0, "full": 0.5, "outside": 1}])
        weights: dict[str, float] = chance.choice(
            [
                {"obligations": 1.0},
                {"obligations": 0.6, "purchases": 0.3, "visits": 0.1},
                *(
                    []
                    if self.heard
                    else [{"purchases": 0.75, "visits": 0.25}, {"obligations": 0.0, "visits": 1.0}]
                ),
            ]
        )
        made = make_scheme(
            weights=weights,
            prior=chance.choice([0.0, 0.5, 0.7, 1.0]),
            prior_weight=chance.choice([0.01, 4.0]),
            half_life_days=chance.choice([None, 1.0, 30.0, 365.0]),
            late_days=chance.choice([1, 7, 30]),
            partner_month=chance.choice([None, 0.25, 1.0]),
            partner_year=chance.choice([None, 0.5, 2.0]),
            size=chance.choice([0, 1, 2, 5]),
            share=chance.choice([0.0, 0.2, 0.5]),
            circle_half_life_days=chance.choice([None, 1.0, 180.0]),
            known_from=chance.choice([None, 0.5, 3.0]),
            voice=voice | {"founders_at_least": 1} if self.heard else None,
        )
        text = made.text.replace('version = "1"', f'version = "{self.version}"', 1)
        if chance.random() < 0.5:
            text = text.replace('name = "fair"\nfrom = 600', 'name = "middling"\nfrom = 550')
        return parse(text, "made-up.toml")


@pytest.mark.slow
@pytest.mark.parametrize("number", range(samples(1, 4)))
def test_whatever_happens_it_is_the_same_whichever_engines_made_the_runs(graph: Database, number: int) -> None:
    expected = Life(graph, number, ["cypher"]).live()
    for engines in (["arrays"], ["cypher", "arrays"], ["arrays", "cypher"]):
        assert differences(Life(graph, number, engines).live(), expected) == []
