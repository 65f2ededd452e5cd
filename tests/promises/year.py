"""A year of the machine of promises, day by day: time is moved, and not slept.

Each night has its round. Each week facts come in, people join, leave, dispute, allow, revoke, object and are
erased; each month is backed up, each quarter has a new key. One day the machine is lost, and a new one is made of
the last backup: what members ended since then stays ended, and what else happened since is gone.
"""

import copy
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from graph import nightly
from graph.errors import Unauthenticated
from graph.identity import Keyring, Role, tokens
from graph.rights.backing_up import back_up
from graph.rights.restoring import restore
from graph.server import local
from graph.server.connect import connect, journal
from graph.settings import Settings
from tests.promises.machine import CLIENTS, LIVE, LOOKS, SCHEMES, Promises

DAYS, WEEK = 365, 7
BACKED_UP = 4 * WEEK
LOST = 200
"The day on which the machine is lost: four days after a backup."
QUARTER = 91
KEPT = {"obligations": 150, "contacts": 90}
"Days, by the policies of both schemes."
UNDECIDED = timedelta(days=45)
"After which a disputed fact is removed."
GRANTED = timedelta(days=5)
AT_NIGHT, AT_NOON = timedelta(hours=3), timedelta(hours=12)
FEWEST, MOST = 4, 30
"Members of a scheme: one leaves each week, none of so few and two of so many."
HAPPENS = {
    *("backups", "disputes decided", "disputes opened", "disputes that nobody decided", "facts too old", "grants"),
    *("grants taken back", "keys made", "machines lost", "members joined", "members left", "people came again"),
    *("people erased", "people objected", "policies published", "reads"),
}
"In a whole year."
SERVICE: dict[str, Any] = {"issuer": "innercircle", "audience": "innercircle"}
KNOWN = (
    *("as_of", "everybody", "people", "members", "objecting", "obligations", "contacts", "disputed", "rejected"),
    *("pauses", "foundings", "grants", "erased", "reads", "offsets", "shown", "published", "rated"),
    *("opened_at", "until"),
)
"What the model knows of the graph, and of nothing else."


class Year(Promises):
    """The year; `live` lives it through. place: an empty folder for backups and for what is rescued."""

    without_journal = False
    "Whether the machine is restored without it: then who left is back."
    more = "[retention]\n" + "".join(f"{kind}_days = {days}\n" for kind, days in KEPT.items())

    def __init__(self, settings: Settings, second: Settings, place: Path) -> None:
        super().__init__()
        self.settings, self.second, self.place = settings, second, place
        self.chance = Random(19)
        midnight = datetime.combine(datetime.now(UTC).date(), datetime.min.time(), UTC)
        self.today = self.moment = self.as_of = midnight - timedelta(days=DAYS)
        self.opened_at: dict[str, datetime] = {}
        "dispute -> when it was opened"
        self.until: dict[str, datetime] = {}
        "grant -> its end"
        self.ended: list[Callable[[], None]] = []
        "what the model forgets of all that members ended since the last backup"
        self.backup: tuple[Path, dict[str, Any]] | None = None
        self.tokens: list[tokens.Issued] = []
        self.sizes: list[tuple[int, float, int, int]] = []
        "day, MB on the disk, nodes, relationships"
        self.counted: Counter[str] = Counter()
        "what happened, how often"
        self.lived = 0
        "days that ended with every promise kept"

    def live(self, days: int = DAYS, lost: int = LOST) -> None:
        """All days, and the promises looked at each week and after the loss."""
        self.graph = connect(self.settings)
        self.start()
        start = self.today
        try:
            for number in range(days):
                self.today = start + timedelta(days=number)
                self.moment = self.today + AT_NIGHT
                if number == lost:
                    self.lose_the_machine()
                self.night()
                if number == lost:
                    self.look()
                self.moment = self.today + AT_NOON
                if number % WEEK == 1:
                    self.week(number // WEEK)
                    self.look()
                if number % QUARTER == 2:
                    self.change_keys()
                if number % BACKED_UP == 0:
                    self.back_up(number)
                self.lived = number
            self.back_up(days)
            self.look()
            self.teardown()
            self.lived = days
        finally:
            self.graph.close()

    def now(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        self.clock = self.moment
        return self.clock

    def look(self) -> None:
        """Every promise that the machine knows, and what comes of time alone."""
        for _ in range(3):
            self.who_is_a_member_is_rated_as_the_model_says_and_nobody_else_is()
            self.every_read_is_recorded_once()
        self.a_grant_holds_as_long_as_its_member_wants_and_takes_part()
        self.a_founder_was_named_accepted_and_takes_part()
        self.the_width_of_the_veil_never_changes()
        self.who_objects_is_in_no_contact()
        self.of_who_is_erased_no_trace_is_left()
        self.tokens_hold_as_long_as_their_key()

    def did(self, what: str) -> None:
        self.counted[what] += 1

    # A night ---------------------------------------------------------------------------------------------

    def night(self) -> None:
        """The round; facts that are too old go, and disputes that nobody decided."""
        steps = nightly.round_of(self.settings, now=self.moment, folder=None, keep=None)
        found = {each.scheme or each.step: each for each in steps}
        assert not [each for each in found.values() if each.outcome is nightly.Outcome.FAILED], found
        old = {id_ for id_, fact in self.obligations.items() if self.too_old("obligations", fact.due)}
        old |= {id_ for id_, fact in self.contacts.items() if self.too_old("contacts", fact.at)}
        old -= {fact for _, _, fact in self.disputed.values()}  # until somebody has decided
        self.forget_facts(old)
        assert sum(found["retention"].found["facts"].values()) == len(old)
        expired = set(found["disputes"].found["expired"])
        # A dispute also ends then where its fact went before: the other end of a contact objected.
        assert all(self.moment - self.opened_at[id_] >= UNDECIDED for id_ in expired)
        late = {id_ for id_ in self.disputed if self.moment - self.opened_at[id_] >= UNDECIDED}
        assert late == expired & set(self.disputed)
        for id_ in late:
            self.close(id_, upheld=True)
            self.did("disputes that nobody decided")
        self.counted["facts too old"] += len(old)
        self.as_of = self.today
        self.rated = dict(self.published)

    def too_old(self, kind: str, at: datetime) -> bool:
        return at < self.today - timedelta(days=KEPT[kind])

    # A week ----------------------------------------------------------------------------------------------

    def week(self, number: int) -> None:
        """What a community does in a week, some of it only in some weeks."""
        self.come(2)
        for _ in range(8):
            who, day = self.someone(), self.chance.randint(1, 40)
            self.load_obligation(who, self.chance.choice([0.0, 0.3, 0.8, 1.0]), day)
        for _ in range(10):
            self.load_contacts(self.someone(), self.someone(), self.chance.randint(1, 40))
        self.dispute_something()
        for id_ in [id_ for id_, at in self.opened_at.items() if id_ in self.disputed]:
            if self.chance.random() < 0.15:
                self.decide_one(id_, upheld=self.chance.random() < 0.5)
                self.did("disputes decided")
        for _ in range(3):
            scheme = self.chance.choice(SCHEMES)
            self.grant(self.a_member(scheme), scheme, self.chance.choice(CLIENTS), "points")
            self.did("grants")
        for scheme, entity, by, _ in list(self.grants.values())[-6:]:  # of this week, and of last week
            self.read(scheme, entity, by)
            self.did("reads")
        self.revoke_one(self.chance.choice(list(self.grants)))
        self.did("grants taken back")
        scheme = self.chance.choice(SCHEMES)
        self.pause(self.a_member(scheme), self.someone(), scheme)
        for each in SCHEMES:
            for _ in range((len(self.members[each]) > FEWEST) + (len(self.members[each]) > MOST)):
                self.leave(self.a_member(each), each)
                self.did("members left")
        if number % 2:
            self.erase(self.someone())
            self.did("people erased")
        if number % 3 == 0 and (apart := sorted(self.people - self.objecting - self.taking_part())):
            self.object(self.chance.choice(apart))
            self.did("people objected")
        if number % 8 == 5 and self.erased:
            self.come_again(self.chance.choice(sorted(self.erased)))
            self.did("people came again")
        if number % 13 == 6:
            self.publish(self.chance.choice(SCHEMES), self.chance.choice(sorted(set(LOOKS) - {"too wide"})))
            self.did("policies published")

    def taking_part(self) -> set[str]:
        return {each for members in self.members.values() for each in members}

    def someone(self) -> str:
        return self.chance.choice(sorted(self.people))

    def a_member(self, scheme: str) -> str:
        return self.chance.choice(self.members[scheme])

    def come(self, many: int) -> None:
        """New people, most of whom join."""
        for _ in range(many):
            entity = f"person-{len(self.everybody):03}"
            self.everybody.append(entity)
            assert self.load("entities", "id,kind", [f"{entity},person"]) == (1, 0)
            self.people.add(entity)
            for scheme in SCHEMES:
                if self.chance.random() < 0.8:
                    self.join(entity, scheme)
                    self.did("members joined")

    def dispute_something(self) -> None:
        open_ = {each[2] for each in self.disputed.values()} | self.rejected
        facts = [
            (*fact, owner) for fact, owners in self.facts().items() if fact[1] not in open_ for owner in owners
        ]
        mine = [each for each in facts if self.takes_part(each[2])]
        before = set(self.disputed)
        self.dispute_one(*self.chance.choice(sorted(mine)))
        for id_ in set(self.disputed) - before:
            self.opened_at[id_] = self.clock
            self.did("disputes opened")

    def given(self, id_: str, grant: tuple[str, str, str, str]) -> None:
        before = set(self.grants)
        super().given(id_, grant)
        self.until[id_] = self.clock + GRANTED
        for each in before - set(self.grants):  # the new one ended it, whatever becomes of the new one
            self.ended.append(partial(self.grants_without, each))

    def opened(self, scheme: str, entity: str, by: str) -> str | None:
        held = self.grants
        self.grants = {id_: held[id_] for id_ in self.in_time(held)}
        try:
            return super().opened(scheme, entity, by)
        finally:
            self.grants = held

    def a_grant_holds_as_long_as_its_member_wants_and_takes_part(self) -> None:
        """Of those whose own end has not come: a new one leaves the others as they are."""
        found = {row["id"] for row in self.graph.statement(LIVE)}
        assert self.in_time(found) == self.in_time(self.grants)

    def in_time(self, given: Iterable[str]) -> set[str]:
        return {id_ for id_ in given if self.until[id_] > self.moment}

    # What is over is over --------------------------------------------------------------------------------

    def leave(self, entity: str, scheme: str) -> None:
        super().leave(entity, scheme)
        self.ended.append(partial(self.has_left, entity, scheme))

    def erase(self, entity: str) -> None:
        super().erase(entity)
        self.ended.append(partial(self.is_erased, entity))

    def object(self, entity: str) -> None:
        super().object(entity)
        self.ended.append(partial(self.objects, entity))

    def revoke_one(self, id_: str) -> None:
        super().revoke_one(id_)
        self.ended.append(partial(self.grants_without, id_))

    def has_left(self, entity: str, scheme: str) -> None:
        if entity in self.members[scheme]:
            self.forget_membership(entity, scheme)

    def is_erased(self, entity: str) -> None:
        if entity in self.people:
            self.forget_erased(entity)

    def objects(self, entity: str) -> None:
        self.forget_contacts(entity)
        if entity in self.people and self.graph.optional("entity", id=entity) is None:
            self.forget_entity(entity)

    def grants_without(self, id_: str) -> None:
        self.grants.pop(id_, None)

    # A month, a quarter, and a day on which all is lost ---------------------------------------------------

    def back_up(self, number: int) -> None:
        """A backup is there, and what the model knew then; the store is measured."""
        self.graph.close()
        done = back_up(self.settings, self.place / "backups", now=self.moment, keep=(7, 4, 12))
        self.graph = connect(self.settings)
        self.backup = done.file, {name: copy.deepcopy(getattr(self, name)) for name in KNOWN}
        self.ended = []
        files = [each.stat().st_size for each in (self.settings.home / "data").rglob("*") if each.is_file()]
        self.sizes.append((number, sum(files) / 2**20, done.nodes, done.relationships))
        self.did("backups")

    def change_keys(self) -> None:
        """Another key signs. The one before it holds, and none that is older."""
        ring = Keyring.of(self.settings)
        ring.create(self.now())
        self.tokens.append(tokens.issue(ring, Role.CLIENT, "bank", now=self.now(), days=366, **SERVICE))
        for key in ring.all()[:-2]:
            ring.revoke(key.id, self.now())
        self.did("keys made")

    def tokens_hold_as_long_as_their_key(self) -> None:
        ring = Keyring.of(self.settings)
        for each in self.tokens:
            key = ring.find(each.key)
            if key is not None and key.revoked is None:
                assert tokens.check(each.text, ring, **SERVICE).subject == "bank"
                continue
            with pytest.raises(Unauthenticated):
                tokens.check(each.text, ring, **SERVICE)

    def lose_the_machine(self) -> None:
        """Nothing is left of it but its journal and its backups; the graph is on a new one."""
        self.graph.close()
        local.stop(self.settings)
        rescued = self.place / "rescued"
        shutil.copytree(journal(self.settings).folder, rescued)
        local.discard(self.settings)
        assert self.backup
        file, known = self.backup
        self.settings = self.second
        if not self.without_journal:
            self.settings = self.second.model_copy(update={"journal": rescued})
        restore(self.settings, file, without_journal=self.without_journal)
        self.graph = connect(self.settings)
        for name, value in known.items():
            setattr(self, name, copy.deepcopy(value))
        assert self.ended, "members have ended something since the backup"
        for forget in self.ended:
            forget()
        self.did("machines lost")
