"""The authorisation matrix: every route, every role, on what is its own, what is granted to it, what is foreign.

The routes come from OpenAPI, so a new one without its row here fails. The callers: nobody, and each role. They ask
about p-1 (the member who asks), p-4 (who granted its points to the client who asks) and p-2 (neither). A role that
a route does not take is refused whatever it asks about, and a route that is about no one else has one answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from api.deps.auth import PUBLIC
from graph.policy import scheme
from graph.rights import contests, disputes, grants
from graph.store.client import Database
from tests.api.conftest import As, once_only
from tests.api.document import DOCUMENT

PURPOSE = scheme.read("reliability").purpose[0]
ABOUT = {"own": "p-1", "granted": "p-4", "foreign": "p-2"}
ROLES = ("member", "client", "operator", "reviewer", "auditor")
ALL = dict.fromkeys
"""ALL(ABOUT, 200): the same for any entity."""


@dataclass(frozen=True)
class Row:
    """What a route answers to the roles that it takes, by role and by the entity it is about; 403 to all others.

    path:  what a word of the path is, by the entity it is about; {entity} is the entity.
    query, body: what else is asked; bodies: the same, by the entity it is about.
    """

    takes: dict[str, dict[str, int]]
    path: dict[str, dict[str, str]] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    bodies: dict[str, Any] = field(default_factory=dict)


def only(role: str, *, own: int, granted: int = 404, foreign: int = 404, **more: Any) -> Row:
    """A route for one role."""
    return Row({role: {"own": own, "granted": granted, "foreign": foreign}}, **more)


def about_nobody(status: int, *roles: str, **more: Any) -> Row:
    """A route that is about the caller, or about nobody."""
    return Row({role: ALL(ABOUT, status) for role in roles}, **more)


GRANT = {
    "scheme": "reliability",
    "client": "another client",
    "purpose": PURPOSE,
    "what": "band",
    "until": f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}",
}
LEI = "5493001KJTIIGC8Y1R12"
RATINGS = "/v1/schemes/{scheme}/ratings"
# In the order in which they are asked: what takes something away comes last.
MATRIX: dict[str, Row] = {
    "GET /v1/schemes": about_nobody(200, *ROLES),
    "GET /v1/schemes/{scheme}": about_nobody(200, *ROLES),
    "GET /v1/keys": about_nobody(200, *ROLES),
    "GET /livez": about_nobody(200, *ROLES),
    "GET /readyz": about_nobody(200, *ROLES),
    "GET /metrics": about_nobody(200, "operator"),
    "GET /problems/{code}": about_nobody(200, *ROLES),
    f"GET {RATINGS}/{{entity}}": only("member", own=200),
    f"GET {RATINGS}/{{entity}}/explanation": only("member", own=200),
    f"GET {RATINGS}/{{entity}}/history": only("member", own=200),
    f"POST {RATINGS}/{{entity}}/what-if": only("member", own=200, body={"kind": "lift"}),
    "GET /v1/entities/{entity}/ratings": only("member", own=200),
    f"GET {RATINGS}/{{entity}}/granted": only("client", own=404, granted=200, query={"purpose": PURPOSE}),
    # one answer for all ids: below, a test of its own looks into it
    f"POST {RATINGS}/lookup": about_nobody(200, "client", body={"ids": [*ABOUT.values()], "purpose": PURPOSE}),
    "GET /v1/me": about_nobody(200, "member"),
    "GET /v1/me/grants": about_nobody(200, "member"),
    "POST /v1/me/grants": about_nobody(201, "member", body=GRANT),
    "DELETE /v1/me/grants/{grant}": only(
        "member", own=200, path={"grant": {"own": "of-p-1", "granted": "of-p-4", "foreign": "of-p-2"}}
    ),
    "GET /v1/me/accesses": about_nobody(200, "member"),
    "GET /v1/accesses/verification": about_nobody(200, "auditor"),
    # who takes part is not told: a pause is the same for any contact, but for oneself
    "PUT /v1/schemes/{scheme}/pauses/{contact}": only(
        "member", own=422, granted=204, foreign=204, path={"contact": ABOUT}
    ),
    "DELETE /v1/schemes/{scheme}/pauses/{contact}": only(
        "member", own=204, granted=204, foreign=204, path={"contact": ABOUT}
    ),
    "POST /v1/me/report": about_nobody(
        200, "member", query={"scheme": "reliability", "audience": "a consulate", "purpose": PURPOSE}
    ),
    "GET /v1/me/archive": about_nobody(200, "member"),
    "PUT /v1/schemes/{scheme}/sharing": about_nobody(204, "member", body={"shares": False}),
    "PUT /v1/schemes/{scheme}/founding": about_nobody(204, "member", body={"accepts": False}),
    "POST /v1/me/objection": about_nobody(409, "member"),
    "DELETE /v1/me/objection": about_nobody(204, "member"),
    "POST /v1/schemes/{scheme}/membership": about_nobody(200, "member", body={"notice": "1"}),
    "GET /v1/entities/{entity}/standing": Row(
        {
            "member": {"own": 200, "granted": 404, "foreign": 404},
            "client": {"own": 404, "granted": 200, "foreign": 404},
        },
        query={"purpose": PURPOSE},
    ),
    "GET /v1/organisations/{number}": about_nobody(200, *ROLES, path={"number": ALL(ABOUT, LEI)}),
    "GET /v1/me/disputes": about_nobody(200, "member"),
    "POST /v1/me/disputes": only(
        "member",
        own=201,
        bodies={
            about: {"kind": "obligations", "fact": f"1-{who}", "statement": "No."} for about, who in ABOUT.items()
        },
    ),
    "DELETE /v1/me/disputes/{dispute}": only(
        "member", own=200, path={"dispute": {about: f"3-{who}" for about, who in ABOUT.items()}}
    ),
    "GET /v1/disputes": about_nobody(200, "reviewer", "operator"),
    "POST /v1/disputes/{dispute}/decision": about_nobody(
        200,
        "reviewer",
        path={"dispute": {about: f"2-{who}" for about, who in ABOUT.items()}},
        body={"upheld": False, "reason": "Seen."},
    ),
    "GET /v1/me/disputed": about_nobody(200, "member"),
    "POST /v1/me/disputed/{dispute}/answer": only(
        "member",
        own=201,
        path={"dispute": {about: f"4-{who}" for about, who in ABOUT.items()}},
        body={"statement": "Yes."},
    ),
    "POST /v1/disputes/{dispute}/admission": about_nobody(
        200,
        "reviewer",
        path={"dispute": {about: f"5-{who}" for about, who in ABOUT.items()}},
        body={"admitted": False, "reason": "Seen."},
    ),
    # the first contests the rating; the others find it contested, for they are the same member
    "POST /v1/schemes/{scheme}/contest": only(
        "member", own=201, granted=409, foreign=409, body={"statement": "No."}
    ),
    "GET /v1/me/contests": about_nobody(200, "member"),
    "GET /v1/contests": about_nobody(200, "reviewer"),
    "POST /v1/contests/{contest}/closing": about_nobody(
        200, "reviewer", path={"contest": {about: f"of-{about}" for about in ABOUT}}, body={"reason": "Seen."}
    ),
    # the first leaves; the others find nothing to leave, for they are the same member
    "DELETE /v1/schemes/{scheme}/membership": only("member", own=204),
    # the first erases; there is nobody to erase for the others, who are the same member
    "DELETE /v1/me": only("member", own=200),
}


def routes() -> Iterator[tuple[str, list[str]]]:
    """Every route as OpenAPI has it, with the roles that it says that it takes."""
    for path, methods in DOCUMENT["paths"].items():
        for method, told in methods.items():
            yield f"{method.upper()} {path}", [role for each in told.get("security", ()) for role in each["token"]]


ROUTES = dict(routes())


def test_every_route_has_its_row_and_there_is_no_row_without_a_route() -> None:
    assert sorted(MATRIX) == sorted(ROUTES)


def test_the_roles_of_a_route_are_those_that_it_states() -> None:
    for name, row in MATRIX.items():
        assert sorted(row.takes) == (sorted(ROLES) if name in PUBLIC else sorted(ROUTES[name])), name


@pytest.fixture(scope="module")
def granted(community: Database) -> Database:
    """p-4 granted its points to the client who asks; each of the three gave one more grant, to somebody else."""
    now = datetime.now(UTC)
    until = now + timedelta(days=10)

    def give(entity: str, client: str) -> str:
        grant = community.write(
            lambda transaction: grants.grant(
                transaction,
                entity,
                scheme="reliability",
                client=client,
                purpose=PURPOSE,
                what="points",
                until=until,
                now=now,
            )
        )
        return grant.id

    give("p-4", "the client")
    for entity in ABOUT.values():
        renamed = f"of-{entity}"
        community.statement("MATCH (g:Grant {id: $id}) SET g.id = $to", id=give(entity, "nobody"), to=renamed)
        _dispute(community, entity, now)
    # own-conduct has p-1 and p-3, and what others say of reliability goes on in the open
    contested = {
        "own": ("p-1", "own-conduct"),
        "granted": ("p-3", "own-conduct"),
        "foreign": ("p-3", "reliability"),
    }
    for about, (entity, in_scheme) in contested.items():
        contest = partial(contests.contest, entity=entity, scheme=in_scheme, statement="No.", now=now)
        id_ = community.write(contest)
        community.statement(RENAME_CONTEST, id=id_, to=f"of-{about}")
    community.statement("MATCH (e:Entity {id: 'o/5 Nord'}) SET e.lei = $lei", lei=LEI)
    return community


RENAME_FACTS = """
MATCH (e:Entity {id: $entity})
MATCH (e)-[o:OWED]->()
WITH e, o ORDER BY o.due
WITH e, collect(o) AS owed
MATCH (e)-[c:CONTACTED]->()
WITH owed, collect(c)[0] AS contact
FOREACH (i IN [0, 1] | FOREACH (each IN [owed[i]] | SET each.id = toString(i + 1) + '-' + $entity))
SET contact.id = '3-' + $entity
"""
MORE_DISPUTES = """
MATCH (other:Entity {id: 'o/5 Nord'})
MATCH (e:Entity {id: $entity})
CREATE (other)-[:OPENED]->(:Dispute {id: '4-' + $entity, kind: 'contacts', fact: 'gone', statement: 'No.',
                                     state: 'open', opened: datetime()})-[:TOLD]->(e)
CREATE (e)-[:OPENED]->(:Dispute {id: '5-' + $entity, kind: 'contacts', fact: 'gone', statement: 'No.',
                                 state: 'proposed', proposed: datetime(), opened: datetime()})
"""
RENAME_DISPUTE = (
    "MATCH (d:Dispute {id: $id}) SET d.id = d.fact WITH d MATCH ()-[f {disputed: $id}]->() SET f.disputed = d.id"
)
RENAME_CONTEST = (
    "MATCH (c:Contest {id: $id}) SET c.id = $to WITH c MATCH (m:Membership {contested: $id}) SET m.contested = $to"
)


def _dispute(community: Database, entity: str, now: datetime) -> None:
    """The entity's facts are 1-, 2- and 3-ENTITY; the last two are disputed, and so are the disputes called.

    4-ENTITY is a dispute of which it is the other side, and 5-ENTITY one that it has proposed.
    """
    community.statement(RENAME_FACTS, entity=entity)
    community.statement(MORE_DISPUTES, entity=entity)
    for fact, kind in ((f"2-{entity}", "obligations"), (f"3-{entity}", "contacts")):
        dispute = partial(disputes.dispute, entity=entity, kind=kind, fact=fact, statement="No.", now=now)
        id_, _ = community.write(dispute)
        community.statement(RENAME_DISPUTE, id=id_)


@pytest.fixture(scope="module")
def asking(api: httpx.Client, as_role: dict[str, As]) -> dict[str, httpx.Client]:
    """The callers, by role; nobody is "none"."""
    return {"none": api, "member": as_role["member"]("p-1"), "client": as_role["client"]("the client")} | {
        role: as_role[role](f"the {role}") for role in ("operator", "reviewer", "auditor")
    }


def ask(client: httpx.Client, name: str, about: str) -> httpx.Response:
    row = MATRIX[name]
    method, path = name.split(" ")
    words = {"scheme": "reliability", "code": "not-found", "entity": ABOUT[about]}
    words |= {word: values[about] for word, values in row.path.items()}
    for word, value in words.items():
        path = path.replace(f"{{{word}}}", quote(value, safe=""))
    headers = once_only() if method == "POST" else {}
    body = row.bodies.get(about, row.body)
    return client.request(method, path, params=row.query, json=body, headers=headers)


@pytest.mark.parametrize("name", MATRIX)
def test_a_caller_without_a_token_or_of_another_role_is_refused_whatever_it_asks_about(
    granted: Database, asking: dict[str, httpx.Client], name: str
) -> None:
    for role, client in asking.items():
        for about in ABOUT:
            if name in PUBLIC or role in MATRIX[name].takes:
                continue
            answer = ask(client, name, about)
            status, code = (401, "unauthenticated") if role == "none" else (403, "forbidden")
            assert (answer.status_code, answer.json()["code"]) == (status, code), (role, about)
            assert not any(entity in answer.text for entity in ABOUT.values()), (role, about)


def test_a_lookup_finds_only_what_is_granted(granted: Database, asking: dict[str, httpx.Client]) -> None:
    found = ask(asking["client"], f"POST {RATINGS}/lookup", "own").json()
    assert [each["entity"] for each in found["ratings"]] == ["p-4"]
    assert found["missing"] == ["p-1", "p-2"]


@pytest.mark.parametrize("name", MATRIX)
def test_a_role_is_answered_about_what_is_its_own_or_granted_and_nothing_else(
    granted: Database, asking: dict[str, httpx.Client], name: str
) -> None:
    for role, by_whom in MATRIX[name].takes.items():
        for about, status in by_whom.items():
            answer = ask(asking[role], name, about)
            assert answer.status_code == status, (role, about, answer.text)
            if status == 404:
                assert answer.json()["code"] == "not-found"
    if name in PUBLIC:
        assert ask(asking["none"], name, "own").status_code == 200
