"""Holders of a token, or of several, ask over HTTP: the same promises, and who is who.

One subject acts for two people; one is a client and somebody's member; one is a member and a reviewer. Tokens are
revoked. What a token opens follows from its role, its entity and its subject, and from nothing else.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from graph.identity import Keyring, Role, tokens
from graph.identity.verifying import revoke
from graph.rights.parties import have_a_part
from tests.promises.machine import CLIENTS, PEOPLE, PURPOSE, Promises, client, where, who

SUBJECTS = ["sam", "bank", "rita"]
KEYS = ["first", "second"]
asked_with = st.sampled_from(KEYS)


@dataclass(frozen=True)
class Holder:
    """A token and what it says."""

    text: str
    id: str
    role: Role
    subject: str
    entity: str | None
    acts_for: tuple[str, ...] = ()


class Tokens(Promises):
    """And what is asked with tokens."""

    api: httpx.Client
    ring: Keyring

    def start_tokens(self) -> None:
        self.holders: list[Holder] = []
        self.revoked: set[str] = set()
        self.acted: set[tuple[str, str]] = set()
        "(subject, entity) that it is known to act for, or to have acted for"
        self.answers: dict[tuple[str | None, ...], tuple[dict[str, str], dict[str, Any]]] = {}
        "(role, subject, entity, key) -> what was asked with it and answered"
        self.until = f"{self.clock + timedelta(days=5):%Y-%m-%dT%H:%M:%SZ}"
        for subject, role, entity in (
            ("sam", Role.MEMBER, PEOPLE[0]),
            ("sam", Role.MEMBER, PEOPLE[1]),
            ("bank", Role.CLIENT, None),
            ("bank", Role.MEMBER, PEOPLE[2]),
            ("sam", Role.REVIEWER, None),
        ):
            self.issue(subject, role, entity)

    def forget_entity(self, entity: str) -> None:
        super().forget_entity(entity)
        self.acted = {each for each in self.acted if each[1] != entity}
        self.answers = {asked: answer for asked, answer in self.answers.items() if asked[2] != entity}

    @rule(subject=st.sampled_from(SUBJECTS), role=st.sampled_from([Role.MEMBER, Role.CLIENT]), entity=who)
    def issue(self, subject: str, role: Role, entity: str | None, *, acts_for: tuple[str, ...] = ()) -> None:
        named = entity if role is Role.MEMBER else None
        service: dict[str, Any] = {"issuer": "innercircle", "audience": "innercircle", "now": self.now()}
        made = tokens.issue(self.ring, role, subject, entity=named, acts_for=acts_for, **service)
        self.holders.append(Holder(made.text, made.id, role, subject, named, acts_for))

    @rule(subject=st.sampled_from(SUBJECTS), entity=who)
    def issue_to_a_reviewer(self, subject: str, entity: str) -> None:
        """One that names the entity that the reviewer belongs to."""
        self.issue(subject, Role.REVIEWER, None, acts_for=(entity,))

    @rule(data=st.data())
    def revoke_token(self, data: st.DataObject) -> None:
        held = self.a_token(data)
        revoke(self.graph, held.id, self.now())
        self.revoked.add(held.id)

    @rule(data=st.data(), scheme=where, entity=who)
    def show(self, data: st.DataObject, scheme: str, entity: str) -> None:
        """A member is shown its own rating, and nobody another's."""
        held = self.a_token(data)
        entity = data.draw(st.sampled_from([entity, held.entity or entity]))
        opens = held.entity == entity and entity in self.members[scheme]
        answer = self.ask(held, Role.MEMBER, 200 if opens else 404, f"/v1/schemes/{scheme}/ratings/{entity}")
        if answer.status_code == 200:
            assert (answer.json()["entity"], answer.json()["scheme"]) == (entity, scheme)

    @rule(data=st.data(), scheme=where, entity=who)
    def look(self, data: st.DataObject, scheme: str, entity: str) -> None:
        """A client reads what was granted to its subject, whatever else that subject may do."""
        held = self.a_token(data)
        given = [grant for grant in self.grants.values() if grant[2] == held.subject]
        scheme, entity = data.draw(st.sampled_from([(scheme, entity), *(grant[:2] for grant in given)]))
        may = held.role is Role.CLIENT and held.id not in self.revoked
        what = self.opened(scheme, entity, held.subject) if may else None
        path = f"/v1/schemes/{scheme}/ratings/{entity}/granted"
        answer = self.ask(held, Role.CLIENT, 200 if what else 404, path, params={"purpose": PURPOSE})
        if answer.status_code == 200:
            assert (answer.json()["entity"], answer.json()["what"]) == (entity, what)
            closed = what == "band" or answer.json()["band"] == "new"
            assert ("whole_points" in answer.json()) != closed
        else:
            assert entity not in answer.text

    @rule(data=st.data(), scheme=where, to=client, what=st.sampled_from(["band", "reasons"]), key=asked_with)
    def give(self, data: st.DataObject, scheme: str, to: str, what: str, key: str) -> None:
        """A grant is given once for a key, for each that somebody acts for: the answer is never another's."""
        held = self.a_token(data)
        body = {"scheme": scheme, "client": to, "purpose": PURPOSE, "what": what, "until": self.until}
        name = (held.role, held.subject, held.entity, key)
        before = self.answers.get(name)
        status = 201 if held.entity in self.members[scheme] else 404
        if before is not None:
            status = 201 if before[0] == body else 409
        answer = self.post(held, Role.MEMBER, status, "/v1/me/grants", body, key)
        if answer.status_code == 201:
            if before is None:
                assert held.entity
                self.answers[name] = body, answer.json()
                self.given(answer.json()["id"], (scheme, held.entity, to, what))
            assert answer.json() == self.answers[name][1]
            mine = self.ask(held, Role.MEMBER, 200, "/v1/me/grants").json()["grants"]
            assert answer.json()["id"] in [each["id"] for each in mine]

    @rule(data=st.data())
    def list_grants(self, data: st.DataObject) -> None:
        held = self.a_token(data)
        answer = self.ask(held, Role.MEMBER, 200, "/v1/me/grants")
        if answer.status_code == 200:
            live = {each["id"] for each in answer.json()["grants"] if each["state"] == "live"}
            assert live == {id_ for id_, grant in self.grants.items() if grant[1] == held.entity}

    @precondition(lambda self: self.grants)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        """The giver of a grant ends it, and nobody else does."""
        held, id_ = self.a_token(data), data.draw(st.sampled_from(list(self.grants)))
        own = self.grants[id_][1] == held.entity
        answer = self.ask(held, Role.MEMBER, 200 if own else 404, f"/v1/me/grants/{id_}", method="DELETE")
        if answer.status_code == 200:
            del self.grants[id_]

    @precondition(lambda self: self.disputed)
    @rule(data=st.data(), upheld=st.booleans())
    def review(self, data: st.DataObject, upheld: bool) -> None:
        """Nobody decides on what it has a part in: by another token of its own, or for an entity in this one."""
        held, id_ = self.a_token(data, Role.REVIEWER), data.draw(st.sampled_from(list(self.disputed)))
        entity, kind, fact = self.disputed[id_]
        parties = {entity, *self.ends_of(kind, fact)}
        acting = {each for subject, each in self.acted if subject == held.subject}
        refused = parties & acting or have_a_part([*held.acts_for], parties)
        body = {"upheld": upheld, "reason": "as the papers say"}
        path, key = f"/v1/disputes/{id_}/decision", uuid.uuid4().hex
        answer = self.post(held, Role.REVIEWER, 409 if refused else 200, path, body, key)
        if answer.status_code == 200:
            self.close(id_, upheld)

    def a_token(self, data: st.DataObject, role: Role | None = None) -> Holder:
        held = [each for each in self.holders if role in (None, each.role)]
        return data.draw(st.sampled_from(held))

    def post(
        self, held: Holder, role: Role, status: int, path: str, body: dict[str, Any], key: str
    ) -> httpx.Response:
        return self.ask(held, role, status, path, method="POST", json=body, headers={"Idempotency-Key": key})

    def ask(
        self,
        held: Holder,
        role: Role,
        status: int,
        path: str,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """The answer, which has this status; but for tokens that were revoked, and those of other roles."""
        bearer = {"Authorization": f"Bearer {held.text}"}
        answer = self.api.request(method, path, headers=bearer | (headers or {}), **more)
        expected = status if held.role is role else 403
        if held.id in self.revoked:
            expected = 401
        elif held.entity in self.people:
            self.acted.add((held.subject, str(held.entity)))
        assert answer.status_code == expected, (held, answer.text)
        return answer


assert set(CLIENTS) & set(SUBJECTS), "a client that is somebody's member too"
