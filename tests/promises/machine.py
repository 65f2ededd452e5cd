"""The promises of the house as a machine: what can be done, and a model of it in plain Python.

Two schemes, whose policies get new versions; members who leave and join again, and people who are erased and come
again under the same id. What is shown of anybody to others has one offset through all of that.
"""

import re
import tempfile
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from graph import disclosure
from graph.audit import log, refusals
from graph.audit.verify import verify
from graph.disclosure import to_clients
from graph.errors import NotFound, Refused
from graph.facts.load import load
from graph.facts.values import Contact, Facts, Obligation
from graph.model import Changes
from graph.policy import publishing
from graph.policy.scheme import POINTS_RANGE, Scheme, parse, points_of, read
from graph.rating import offsets, published, reference
from graph.rating.rerate import TOLERANCE_POINTS, passed_on
from graph.rating.run import rate
from graph.rights import disputes, erasure, founders, grants, membership
from graph.store.client import Database
from tests.conftest import WIPE

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
SHIPPED = read("reliability")
PURPOSE = SHIPPED.purpose[0]
SCHEMES = ("reliability", "cousin")
"The two have the same purposes and notice."
LOOKS = {"shipped": (50, 0.2, 0.8), "half": (50, 0.5, 0.8), "narrow": (40, 0.3, 0.6), "too wide": (75, 0.5, 0.7)}
"Policies: points of the narrowest band, share of the circle, weight of obligations."
PEOPLE = [f"person-{letter}" for letter in "abcdef"]
CLIENTS = ["bank", "shop"]
who = st.sampled_from(PEOPLE)
where = st.sampled_from(SCHEMES)
client = st.sampled_from(CLIENTS)
days = st.integers(1, 40)
EVERYTHING = """
MATCH (n) RETURN properties(n) AS said
UNION ALL MATCH ()-[r]->() RETURN properties(r) AS said
"""
STATES = """
MATCH (m:Membership)
RETURN m.scheme AS scheme, substring(m.id, size(m.scheme) + 1) AS entity, m.conduct AS conduct, m.shown AS shown,
       m.seen AS seen, m.weights AS weights,
       COLLECT { UNWIND m.circle AS rid MATCH (c:Membership {scheme: m.scheme, rid: rid})
                 RETURN substring(c.id, size(m.scheme) + 1) } AS circle
"""
LIVE = "MATCH (e:Entity)-[:GAVE]->(g:Grant) WHERE g.revoked IS NULL RETURN e.id AS entity, g.id AS id"
FOUNDINGS = """
MATCH (e:Entity)-[f:FOUNDS]->(s:Scheme) WHERE f.ended IS NULL
RETURN s.id AS scheme, e.id AS entity, f.accepted IS NOT NULL AS accepted
"""
LEFT_OPEN = TOLERANCE_POINTS / POINTS_RANGE
"Of a score: what re-rating does not pass on."
NEAR = 4 * LEFT_OPEN
"Of a score: for what is made from several that re-rating left open."
TIES = "MATCH (:Entity {id: $id})-[c:CONTACTED]-() RETURN count(c) AS contacts"


def policy(scheme: str, version: int, look: str, more: str = "") -> Scheme:
    """A version of the scheme's policy. more: tables that it has besides."""
    narrowest, share, weight = LOOKS[look]
    text = SHIPPED.text.replace('id = "reliability"', f'id = "{scheme}"')
    text = re.sub(r'^version = "\d+"', f'version = "{version}"', text, count=1, flags=re.M).replace(
        "share = 0.2", f"share = {share}"
    )
    text = text.replace("weight = 0.8", f"weight = {weight}").replace(
        "weight = 0.1", f"weight = {(1 - weight) / 2:g}"
    )
    for start, times in ((550, -1), (650, 1), (700, 2)):
        text = text.replace(f"from = {start}", f"from = {600 + times * narrowest}")
    return parse(f"{text}\n{more}" if more else text, scheme)


class Promises(RuleBasedStateMachine):
    """What the model knows: the entities, the members, what counts and what is granted."""

    graph: Database
    as_of: datetime = AS_OF
    "of the last runs, and so of what is rated since"
    more: str = ""
    "tables that every policy has besides"

    @initialize()
    def start(self) -> None:
        self.graph.statement(WIPE)
        self.graph.one("make_secret", name="veil", value="5e" * 32)  # always the same offsets
        self.made = self.turn = self.version = 0
        self.published: dict[str, Scheme] = {}
        self.rated: dict[str, Scheme] = {}
        "by scheme: the policy of its last run"
        self.clock = datetime.now(UTC)
        self.everybody = list(PEOPLE)
        "who is known now, or was, in the order in which they came"
        self.people: set[str] = set(PEOPLE)
        self.members: dict[str, list[str]] = {scheme: [] for scheme in SCHEMES}
        "by scheme, in the order in which they joined"
        self.objecting: set[str] = set()
        self.obligations: dict[str, Obligation] = {}
        self.contacts: dict[str, Contact] = {}
        self.disputed: dict[str, tuple[str, str, str]] = {}
        "dispute -> (who opened it, kind, fact); in the order in which they were made, for their ids are random"
        self.rejected: set[str] = set()
        self.pauses: set[tuple[str, str, str]] = set()
        "(scheme, member, the other)"
        self.foundings: dict[tuple[str, str], bool] = {}
        "(scheme, member) that was named and is not over -> whether it accepted"
        self.grants: dict[str, tuple[str, str, str, str]] = {}
        "grant -> (scheme, who gave it, client, what); in that order too"
        self.erased: set[str] = set()
        self.reads: Counter[tuple[str, str, str]] = Counter()
        "(entity, scheme, client) -> how often it was answered"
        self.offsets: dict[str, tuple[float, float]] = {}
        "by entity that others were shown anything of, in score: as it was the first time, and within what"
        self.shown: dict[tuple[str, str], list[str]] = defaultdict(list)
        "(scheme, member) -> captions that were shown since it joined"
        self.load("entities", "id,kind", [f"{each},person" for each in [*PEOPLE, "creditor"]])
        self.publish("reliability", "shipped")
        self.publish("cousin", "half")
        for each in PEOPLE[:3]:
            for scheme in SCHEMES:
                self.join(each, scheme)
            self.load_obligation(each, 0.3, 9)
        self.load_contacts(PEOPLE[0], PEOPLE[1], 3)
        for scheme in SCHEMES:
            self.rate(scheme)
        self.width = offsets.width(self.graph)
        assert self.width == 120
        self.start_tokens()

    def start_tokens(self) -> None:
        """The callers with tokens: nobody here."""

    def now(self) -> datetime:
        """Another instant each time, for what happens in an order."""
        self.clock = max(datetime.now(UTC), self.clock + timedelta(milliseconds=1))
        return self.clock

    def pass_on(self, changes: Changes) -> None:
        """What changed has reached every rating; before the first run there is none that it could reach."""
        assert passed_on(self.graph, changes)

    def load(self, kind: str, header: str, rows: list[str]) -> tuple[int, int]:
        """Rows stored and rejected."""
        changes = Changes()
        with tempfile.TemporaryDirectory() as name:
            file = Path(name) / f"{kind}.csv"
            file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
            (loaded,) = load(self.graph, [file], rejects=Path(name) / "r.csv", by="op", touch=changes.add)
        self.pass_on(changes)
        return loaded.stored, loaded.rejected

    # Policies --------------------------------------------------------------------------------------------

    @rule(scheme=where, look=st.sampled_from(sorted(LOOKS)))
    def publish(self, scheme: str, look: str) -> None:
        """Ratings stay as they are until the next run."""
        self.version += 1
        self.published[scheme] = policy(scheme, self.version, look, self.more)
        assert publishing.publish(self.graph, self.published[scheme])
        if self.rated:
            assert (offsets.cost(self.graph, self.published[scheme]) is None) == (look != "too wide")

    @rule(scheme=where)
    def rate(self, scheme: str) -> None:
        rate(self.graph, scheme, as_of=self.as_of)
        self.rated[scheme] = self.published[scheme]

    @rule(scheme=where, look=st.sampled_from(sorted(LOOKS)))
    def rate_anew(self, scheme: str, look: str) -> None:
        self.publish(scheme, look)
        self.rate(scheme)

    # What members decide ---------------------------------------------------------------------------------

    @rule(entity=who, scheme=where)
    def join(self, entity: str, scheme: str) -> None:
        def joining() -> None:
            _, changes = self.graph.write(
                lambda t: membership.join(t, entity, scheme, notice="1", how="member", now=self.now())
            )
            self.pass_on(changes)

        if entity not in self.people:
            with pytest.raises(NotFound):
                joining()
        elif entity in self.objecting:
            with pytest.raises(Refused):
                joining()
        else:
            joining()
            if entity not in self.members[scheme]:
                self.members[scheme].append(entity)

    @rule(entity=who, scheme=where)
    def leave(self, entity: str, scheme: str) -> None:
        if entity not in self.members[scheme]:
            with pytest.raises(NotFound):
                self.graph.write(lambda t: membership.leave(t, entity, scheme, now=self.now()))
            return
        self.pass_on(self.graph.write(lambda t: membership.leave(t, entity, scheme, now=self.now())))
        self.forget_membership(entity, scheme)

    @rule(entity=who, scheme=where)
    def leave_and_join_again(self, entity: str, scheme: str) -> None:
        """Nothing that was decided before holds afterwards; see the invariants."""
        if entity in self.members[scheme]:
            self.leave(entity, scheme)
            self.join(entity, scheme)

    def forget_membership(self, entity: str, scheme: str) -> None:
        self.members[scheme].remove(entity)
        self.pauses = {pause for pause in self.pauses if pause[:2] != (scheme, entity)}
        self.grants = {id_: grant for id_, grant in self.grants.items() if grant[:2] != (scheme, entity)}
        self.foundings.pop((scheme, entity), None)
        self.shown.pop((scheme, entity), None)

    def forget_entity(self, entity: str) -> None:
        """It is gone, and took part in nothing by then."""
        self.people.remove(entity)
        self.reads = Counter({read: times for read, times in self.reads.items() if read[0] != entity})

    @rule(entity=who, other=who, scheme=where)
    def pause(self, entity: str, other: str, scheme: str) -> None:
        if entity in self.members[scheme] and entity != other and other in self.people:
            self.pass_on(self.graph.write(lambda t: membership.pause(t, entity, scheme, other, now=self.now())))
            self.pauses.add((scheme, entity, other))

    @rule(entity=who, scheme=where, shares=st.booleans())
    def share(self, entity: str, scheme: str, shares: bool) -> None:
        """No rating changes by it, and no offset shows; see the invariants."""
        if entity in self.members[scheme]:
            self.graph.write(lambda t: membership.share(t, entity, scheme, shares=shares))

    @precondition(lambda self: self.pauses)
    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        scheme, entity, other = data.draw(st.sampled_from(sorted(self.pauses)))
        self.pass_on(self.graph.write(lambda t: membership.resume(t, entity, scheme, other)))
        self.pauses.remove((scheme, entity, other))

    @rule(entity=who, scheme=where)
    def name_founder(self, entity: str, scheme: str) -> None:
        def naming() -> None:
            self.graph.write(lambda t: founders.name(t, entity, scheme, by="op", now=self.now()))

        if entity not in self.people:
            with pytest.raises(NotFound):
                naming()
        elif entity not in self.members[scheme]:
            with pytest.raises(Refused):
                naming()
        else:
            naming()
            self.foundings.setdefault((scheme, entity), False)

    @rule(entity=who, scheme=where, accepts=st.booleans())
    def answer_founding(self, entity: str, scheme: str, accepts: bool) -> None:
        """No rating changes by it; see the invariants."""

        def answering() -> None:
            self.graph.write(lambda t: founders.answer(t, entity, scheme, accepts=accepts, now=self.now()))

        if entity not in self.members[scheme]:
            with pytest.raises(NotFound):
                answering()
        elif accepts and (scheme, entity) not in self.foundings:
            with pytest.raises(Refused):
                answering()
        else:
            answering()
            self.foundings.pop((scheme, entity), None)
            if accepts:
                self.foundings[scheme, entity] = True

    @rule(entity=who)
    def object(self, entity: str) -> None:
        if self.takes_part(entity):
            with pytest.raises(Refused):
                self.graph.write(lambda t: membership.object_to_listing(t, entity, now=self.now()))
        elif entity in self.people:
            self.graph.write(lambda t: membership.object_to_listing(t, entity, now=self.now()))
            self.forget_contacts(entity)
            if self.graph.optional("entity", id=entity) is None:
                assert not self.reads_of(entity)
                self.forget_entity(entity)

    def forget_contacts(self, entity: str) -> None:
        """It objects to being listed."""
        self.objecting.add(entity)
        self.forget_facts({i for i, fact in self.contacts.items() if entity in (fact.source, fact.target)})
        self.pauses = {pause for pause in self.pauses if pause[2] != entity}

    def takes_part(self, entity: str) -> bool:
        return any(entity in members for members in self.members.values())

    def reads_of(self, entity: str) -> int:
        return sum(times for read, times in self.reads.items() if read[0] == entity)

    @precondition(lambda self: self.objecting)
    @rule(data=st.data())
    def withdraw_objection(self, data: st.DataObject) -> None:
        entity = data.draw(st.sampled_from(sorted(self.objecting)))
        assert self.graph.write(lambda t: membership.withdraw_objection(t, entity, now=self.now()))
        self.objecting.remove(entity)

    @rule(entity=who)
    def come_again(self, entity: str) -> None:
        """An erased entity is known again, under the same id: nothing of before is."""
        if entity not in self.people:
            assert self.load("entities", "id,kind", [f"{entity},person"]) == (1, 0)
            self.people.add(entity)
            self.erased.discard(entity)
            assert log.accesses(self.graph, entity) == []
            assert grants.given(self.graph, entity, now=self.clock) == []

    # What is loaded --------------------------------------------------------------------------------------

    @rule(entity=who, outcome=st.sampled_from([0.0, 0.3, 0.8, 1.0]), day=days)
    def load_obligation(self, entity: str, outcome: float, day: int) -> None:
        self.made += 1
        id_, due = f"o{self.made}", self.as_of - timedelta(days=day)
        row = f"{id_},{entity},creditor,{due.isoformat()},{outcome}"
        done = self.load("obligations", "id,debtor,creditor,due,outcome", [row])
        if entity in self.people:
            assert done == (1, 0)
            self.obligations[id_] = Obligation(entity, "creditor", due, None, outcome, id_)
        else:
            assert done == (0, 1)

    @rule(one=who, other=who, day=days)
    def load_contacts(self, one: str, other: str, day: int) -> None:
        if one == other:
            return
        self.made += 1
        at = self.as_of - timedelta(days=day, hours=3)
        pairs = {f"c{self.made}": (one, other), f"d{self.made}": (other, one)}
        rows = [f"{id_},{a},{b},{at.isoformat()}" for id_, (a, b) in pairs.items()]
        done = self.load("contacts", "id,source,target,at", rows)
        if {one, other} <= self.people - self.objecting:
            assert done == (2, 0)
            self.contacts |= {id_: Contact(a, b, at, id_) for id_, (a, b) in pairs.items()}
        else:
            assert done == (0, 2)

    # Disputes --------------------------------------------------------------------------------------------

    def facts(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """(kind, fact) -> who may dispute it."""
        return {("obligations", id_): (fact.debtor,) for id_, fact in self.obligations.items()} | {
            ("contacts", id_): (fact.source, fact.target) for id_, fact in self.contacts.items()
        }

    def forget_facts(self, ids: set[str]) -> None:
        self.obligations = {id_: fact for id_, fact in self.obligations.items() if id_ not in ids}
        self.contacts = {id_: fact for id_, fact in self.contacts.items() if id_ not in ids}
        self.disputed = {id_: each for id_, each in self.disputed.items() if each[2] not in ids}

    @precondition(lambda self: self.facts())
    @rule(data=st.data())
    def dispute(self, data: st.DataObject) -> None:
        (kind, fact), owners = data.draw(st.sampled_from(sorted(self.facts().items())))
        entity = data.draw(st.sampled_from([*owners, *owners, *owners, *PEOPLE[:2]]))
        self.dispute_one(kind, fact, entity)

    def dispute_one(self, kind: str, fact: str, entity: str) -> None:
        owners = self.facts()[kind, fact]

        def disputing() -> None:
            id_, changes = self.graph.write(
                lambda t: disputes.dispute(
                    t, entity, kind=kind, fact=fact, statement="this is wrong", now=self.now()
                )
            )
            self.pass_on(changes)
            self.disputed[id_] = (entity, kind, fact)

        if entity not in owners:
            with pytest.raises(NotFound):
                disputing()
        elif fact in self.rejected or any(each[2] == fact for each in self.disputed.values()):
            with pytest.raises(Refused):
                disputing()
        elif not self.takes_part(entity):
            with pytest.raises(NotFound):
                disputing()
        else:
            disputing()

    @precondition(lambda self: self.disputed)
    @rule(data=st.data(), upheld=st.booleans())
    def decide(self, data: st.DataObject, upheld: bool) -> None:
        self.decide_one(data.draw(st.sampled_from(list(self.disputed))), upheld)

    def decide_one(self, id_: str, upheld: bool) -> None:
        entity, _, _ = self.disputed[id_]
        for party in (entity, "op"):
            with pytest.raises(Refused):
                self.deciding(id_, upheld, party)
        self.pass_on(self.deciding(id_, upheld, "a reviewer"))
        self.close(id_, upheld)

    def close(self, id_: str, upheld: bool) -> None:
        _, _, fact = self.disputed.pop(id_)
        if upheld:
            self.forget_facts({fact})
        else:
            self.rejected.add(fact)

    def ends_of(self, kind: str, fact: str) -> tuple[str, ...]:
        """The entities that the fact is about."""
        if kind == "contacts":
            return self.contacts[fact].source, self.contacts[fact].target
        return self.obligations[fact].debtor, self.obligations[fact].creditor

    def deciding(self, id_: str, upheld: bool, reviewer: str) -> Changes:
        return self.graph.write(
            lambda t: disputes.decide(
                t, id_, upheld=upheld, reason="as the papers say", reviewer=reviewer, now=self.now()
            )
        )

    # Grants and reads ------------------------------------------------------------------------------------

    @rule(entity=who, scheme=where, to=client, what=st.sampled_from(["band", "points", "reasons"]))
    def grant(self, entity: str, scheme: str, to: str, what: Any) -> None:
        def granting() -> str:
            given = {"scheme": scheme, "client": to, "purpose": PURPOSE, "what": what, "now": self.now()}
            until = self.clock + timedelta(days=5)
            return self.graph.write(lambda t: grants.grant(t, entity, until=until, **given)).id

        if entity not in self.members[scheme]:
            with pytest.raises(NotFound):
                granting()
        else:
            self.given(granting(), (scheme, entity, to, what))

    def given(self, id_: str, grant: tuple[str, str, str, str]) -> None:
        self.grants = {each: known for each, known in self.grants.items() if known[:3] != grant[:3]}
        self.grants[id_] = grant

    @precondition(lambda self: self.grants)
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        self.revoke_one(data.draw(st.sampled_from(list(self.grants))))

    def revoke_one(self, id_: str) -> None:
        self.graph.write(lambda t: grants.revoke(t, id_, entity=self.grants[id_][1], now=self.now()))
        del self.grants[id_]

    @precondition(lambda self: self.grants)
    @rule(data=st.data())
    def read_as_granted(self, data: st.DataObject) -> None:
        scheme, entity, by, _ = self.grants[data.draw(st.sampled_from(list(self.grants)))]
        self.read(scheme, entity, by)

    @rule(scheme=where, entity=who, by=client)
    def read(self, scheme: str, entity: str, by: str) -> None:
        what = self.opened(scheme, entity, by)

        def asking() -> to_clients.Told:
            return to_clients.ask_one(self.graph, scheme, entity, client=by, purpose=PURPOSE, now=self.now())

        if what is None:
            with pytest.raises(NotFound) as refused:
                asking()
            assert entity not in str(refused.value)
            return
        told = asking()
        shown = disclosure.shown(self.graph, entity, scheme)
        assert told.band == shown.band
        closed = what == "band" or shown.band == "new"
        assert told.whole_points == (None if closed else shown.whole_points)
        assert (told.reasons is not None) == (what == "reasons" and not closed)
        last = log.accesses(self.graph, entity, limit=1)[0]
        assert (last.who, last.purpose, last.scheme) == (by, PURPOSE, scheme)

    def opened(self, scheme: str, entity: str, by: str) -> str | None:
        """What the client's own grant opens now; if anything, the read that follows is on record."""
        for grant in self.grants.values():
            if grant[:3] == (scheme, entity, by):
                self.reads[entity, scheme, by] += 1
                return grant[3]
        return None

    # Erasure ---------------------------------------------------------------------------------------------

    @rule(entity=who)
    def erase(self, entity: str) -> None:
        if entity not in self.people:
            with pytest.raises(NotFound):
                self.graph.write(lambda t: erasure.erase(t, entity, now=self.now()))
            return
        self.pass_on(self.graph.write(lambda t: erasure.erase(t, entity, now=self.now())).changes)
        self.forget_erased(entity)

    def forget_erased(self, entity: str) -> None:
        for scheme in SCHEMES:
            if entity in self.members[scheme]:
                self.forget_membership(entity, scheme)
        self.forget_entity(entity)
        self.pauses = {pause for pause in self.pauses if entity not in pause}
        self.disputed = {id_: each for id_, each in self.disputed.items() if each[0] != entity}
        self.forget_facts({fact for (_, fact), owners in self.facts().items() if entity in owners})
        self.erased.add(entity)

    # What holds at every moment --------------------------------------------------------------------------

    def expected(self, scheme: str) -> dict[str, reference.Rating]:
        """What the reference rates of what counts by the model."""
        gone = {fact for _, _, fact in self.disputed.values()}
        paused = {frozenset(pause[1:]) for pause in self.pauses if pause[0] == scheme}
        facts = Facts(
            obligations=[fact for id_, fact in self.obligations.items() if id_ not in gone],
            contacts=[
                fact
                for id_, fact in self.contacts.items()
                if id_ not in gone and frozenset((fact.source, fact.target)) not in paused
            ],
            members=[(entity, number) for number, entity in enumerate(self.members[scheme])],
        )
        return reference.rate(facts, self.rated[scheme], self.as_of).members

    @invariant()
    def who_is_a_member_is_rated_as_the_model_says_and_nobody_else_is(self) -> None:
        self.turn += 1
        entity = self.everybody[
            self.turn % len(self.everybody)
        ]  # one after the other is looked at as others see it
        states = {(row["scheme"], row["entity"]): row for row in self.graph.statement(STATES)}
        assert sorted(states) == sorted((scheme, each) for scheme in SCHEMES for each in self.members[scheme])
        for scheme in SCHEMES:
            expected = self.expected(scheme)
            found = {each.entity: each for each in published.lookup(self.graph, self.everybody, scheme)}
            assert set(found) == set(self.members[scheme])
            for each, exact in found.items():
                assert abs(exact.score - expected[each].score) <= exact.bound + 1e-9, (scheme, each)
                assert not exact.stale, (scheme, each)
            self.look_for_offsets(states, scheme)
            self.look_at(states, scheme, entity, expected.get(entity))

    def look_for_offsets(self, states: dict[tuple[str, str], dict[str, Any]], scheme: str) -> None:
        """What is shown of anybody to others is made from its conduct and one offset, ever the same."""
        for row in states.values():
            for other, seen, weighs in zip(row["circle"], row["seen"], row["weights"], strict=True):
                own = states[scheme, other] if row["scheme"] == scheme else None
                if own is None or not 0 < min([seen, *own["seen"]]) <= max([seen, *own["seen"]]) < 1:
                    continue
                can_supply = self.rated[scheme].circle.share
                share = can_supply if own["seen"] else 0.0
                company = sum(weight * each for weight, each in zip(own["weights"], own["seen"], strict=True))
                offset = (seen - share * company) / (1 - share) - own["conduct"]
                # what is not passed on moves a follower by the threshold, and so the one it follows by more, and
                # by the more the less that one weighs
                near = LEFT_OPEN * (1 / (can_supply * weighs) + 1)
                known, known_near = self.offsets.setdefault(other, (offset, near))
                assert abs(offset - known) <= near + known_near, (scheme, other)
                if near < known_near:
                    self.offsets[other] = offset, near
                assert abs(offset) <= self.width / 1200 + near, (scheme, other)
                assert abs(offset) > 1 / 600 or other not in PEOPLE, (scheme, other)

    def look_at(
        self,
        states: dict[tuple[str, str], dict[str, Any]],
        scheme: str,
        entity: str,
        expected: reference.Rating | None,
    ) -> None:
        for member in self.members[scheme]:
            captions = self.shown[scheme, member]
            if captions[-1:] != [states[scheme, member]["shown"]]:
                captions.append(states[scheme, member]["shown"])
        if expected is None:
            with pytest.raises(NotFound):
                disclosure.shown(self.graph, entity, scheme)
            return
        row, shown = states[scheme, entity], disclosure.shown(self.graph, entity, scheme)
        assert abs(shown.conduct - expected.conduct) <= 1e-12
        assert abs(shown.whole_points - expected.points) <= shown.within_points + 0.5 + 600 * NEAR
        share = self.rated[scheme].circle.share if row["seen"] else 0.0
        company = sum(weight * each for weight, each in zip(row["weights"], row["seen"], strict=True))
        score = (1 - share) * shown.conduct + share * company
        assert abs(shown.whole_points - points_of(score)) <= 0.5 + 1e-6
        assert f"{shown.whole_points} {shown.band}" == row["shown"]
        states_since = iter(
            f"{each.whole_points} {each.band}" for each in disclosure.history(self.graph, entity, scheme).states
        )
        # some states are between two looks; what was seen is there, in that order
        assert all(caption in states_since for caption in self.shown[scheme, entity])

    @invariant()
    def a_grant_holds_as_long_as_its_member_wants_and_takes_part(self) -> None:
        found = {(row["id"], row["entity"]) for row in self.graph.statement(LIVE)}
        assert found == {(id_, grant[1]) for id_, grant in self.grants.items()}

    @invariant()
    def a_founder_was_named_accepted_and_takes_part(self) -> None:
        rows = self.graph.statement(FOUNDINGS)
        assert len(rows) == len(self.foundings)
        assert {(row["scheme"], row["entity"]): row["accepted"] for row in rows} == self.foundings

    @invariant()
    def the_width_of_the_veil_never_changes(self) -> None:
        assert offsets.fixed_width(self.graph) == self.width

    @invariant()
    def who_objects_is_in_no_contact(self) -> None:
        for entity in self.objecting:
            assert self.graph.statement(TIES, id=entity)[0]["contacts"] == 0

    @invariant()
    def of_who_is_erased_no_trace_is_left(self) -> None:
        said = repr(self.graph.statement(EVERYTHING)) if self.erased else ""
        for entity in self.erased:
            assert entity not in said

    @invariant()
    def every_read_is_recorded_once(self) -> None:
        entity = self.everybody[self.turn % len(self.everybody)]
        records = log.accesses(self.graph, entity, limit=1000)
        found = Counter((entity, each.scheme, each.who) for each in records if each.outcome == log.ANSWERED)
        assert found == {read: times for read, times in self.reads.items() if read[0] == entity}

    def teardown(self) -> None:
        if hasattr(self, "width"):
            refusals.put_on_record(self.graph)
            found = verify(self.graph)
            assert found.broken == 0, found
            self.of_who_is_erased_no_trace_is_left()
