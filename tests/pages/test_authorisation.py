"""The authorisation matrix of the pages: every route of the application that OpenAPI does not have.

The routes come from the application, so a new page without its row here fails. Who asks: nobody, and each role,
signed in; a member about itself (p-1) and about another (p-2). What a page tells and does is tested elsewhere.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from api.app import create_app
from api.deps.auth import PUBLIC_PAGES, roles
from graph.identity import Role
from graph.policy.scheme import read
from graph.rights import disputes, grants
from graph.store.client import Database
from graph.store.transaction import Transaction
from tests.api.document import DOCUMENT
from tests.clock import UNTIL
from tests.pages.conftest import Fresh, SignIn

ALL = tuple(role.value for role in Role)


@dataclass(frozen=True)
class Row:
    """What a page answers to the roles that it takes; 403 to all others, and 401 to nobody.

    takes: the roles. answers: the status to these. path: what the words of the path are.
    foreign: the same words, where they are another member's, and the status then.
    """

    takes: tuple[str, ...]
    answers: int = 200
    path: dict[str, str] = field(default_factory=dict)
    foreign: tuple[dict[str, str], int] | None = None
    form: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    "words of the form or query that name what is another's: then it is as if there were no such thing"


def member(answers: int = 200, *, scheme: bool = False, left: bool = False, **more: dict[str, str]) -> Row:
    """A page of a member; scheme: in a scheme of its own, and not in one that it has not joined.

    left: a member that has left already is led on.
    """
    path = {"scheme": "reliability"} if scheme else {}
    foreign = ({"scheme": "sesame-2018"}, answers if left else 404) if scheme else None
    return Row(("member",), answers, path, foreign, **more)


IN = "/me/schemes/{scheme}"
PURPOSE = read("reliability").purpose[0]
GRANT = {"client": "a bank", "purpose": PURPOSE, "what": "band", "until": UNTIL, "key": "k-2"}
DISPUTE = {"kind": "obligations", "statement": "No.", "key": "k-3"}
ANSWER = {"statement": "Yes.", "key": "k-7"}


# In the order in which they are asked: what takes something away comes last.
MATRIX_OF_PAGES: dict[str, Row] = {
    "GET /": Row(ALL),
    "GET /schemes": Row(ALL),
    "GET /schemes/{scheme}": Row(ALL, 200, {"scheme": "reliability"}),
    "GET /operator": Row(("operator",)),
    "GET /static/{file}": Row(ALL, 404, {"file": "none.css"}),
    # Without a link: a person who is signed in already is led on.
    "GET /sign-in": Row(ALL, 303),
    "POST /sign-in": Row(ALL, 303),
    "GET /me": member(),
    "GET /me/accesses": member(),
    "GET /me/disputes": member(),
    "GET /me/dispute": member(query={"kind": "obligations", "fact": "own"}, others={"fact": "foreign"}),
    "GET /me/archive": member(),
    "GET /me/erase": member(),
    f"GET {IN}": member(scheme=True),
    f"GET {IN}/circle.json": member(scheme=True),
    f"GET {IN}/contact": member(scheme=True, query={"with": "p-2"}, others={"with": "q-1"}),
    f"GET {IN}/contacts": member(scheme=True),
    f"GET {IN}/facts": member(scheme=True),
    f"GET {IN}/history": member(scheme=True),
    f"GET {IN}/what-if": member(scheme=True),
    f"GET {IN}/grants": member(scheme=True),
    f"GET {IN}/report": member(scheme=True),
    f"GET {IN}/contest": member(scheme=True),
    f"GET {IN}/founding": member(scheme=True),
    f"GET {IN}/leave": member(scheme=True),
    f"POST {IN}/pause": member(303, scheme=True, form={"contact": "p-2", "do": "resume"}),
    f"POST {IN}/sharing": member(303, scheme=True, form={"shares": "no"}),
    f"POST {IN}/founding": member(303, scheme=True, form={"accepts": "no"}),
    f"POST {IN}/grants": member(303, scheme=True, form=GRANT),
    f"POST {IN}/grants/revoke": member(303, scheme=True, form={"grant": "own"}, others={"grant": "foreign"}),
    f"POST {IN}/report": member(200, scheme=True, form={"audience": "a bank", "purpose": PURPOSE}),
    "POST /me/disputes": member(303, form=DISPUTE | {"fact": "own"}, others={"fact": "foreign", "key": "k-9"}),
    "POST /me/disputes/withdraw": member(303, form={"dispute": "own"}, others={"dispute": "foreign"}),
    "GET /me/disputed": member(),
    "POST /me/disputed/answer": member(
        303, form=ANSWER | {"dispute": "own-told"}, others={"dispute": "foreign-told", "key": "k-8"}
    ),
    f"POST {IN}/contest": member(303, scheme=True, form={"statement": "No.", "key": "k-1"}),
    f"POST {IN}/leave": member(303, scheme=True, left=True),
    "POST /me/erase": member(303, form={"sure": "erase"}),
    "POST /sign-out": Row(ALL, 303),
}


def pages() -> dict[str, APIRoute]:
    """Every route of the application that OpenAPI does not have, by method and path."""
    found: dict[str, APIRoute] = {}
    for included in create_app().routes:
        for route in getattr(getattr(included, "original_router", None), "routes", [included]):
            if isinstance(route, APIRoute):
                found |= {f"{method} {route.path_format}": route for method in route.methods or ()}
    described = {f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert described < found.keys()  # the walk finds what it should
    return {name: route for name, route in found.items() if name not in described}


PAGES = pages()


def test_every_page_has_its_row_and_there_is_no_row_without_a_page() -> None:
    assert sorted(MATRIX_OF_PAGES) == sorted(PAGES)


def test_a_page_takes_the_roles_that_its_row_says() -> None:
    for name, row in MATRIX_OF_PAGES.items():
        expected = [] if name in PUBLIC_PAGES else sorted(row.takes)
        assert sorted(roles(PAGES[name])) == expected, name


def test_a_page_takes_a_session_and_no_token() -> None:
    for name, route in PAGES.items():
        assert "_admitted" not in _asked_by(route.dependant), name


def _asked_by(dependant: object) -> set[str]:
    each = getattr(dependant, "call", None)
    found = {getattr(each, "__name__", "")}
    for below in getattr(dependant, "dependencies", ()):
        found |= _asked_by(below)
    return found


def ask(
    client: httpx.Client, name: str, path: dict[str, str], others: dict[str, str] | None = None
) -> httpx.Response:
    method, address = name.split(" ")
    row, others = MATRIX_OF_PAGES[name], others or {}
    form = row.form | others if method == "POST" else None
    return client.request(
        method, address.format(**path), data=form, params=row.query | others if form is None else {}
    )


RENAME = """
MATCH (e:Entity {id: $entity})-[:GAVE]->(g:Grant)
MATCH (e)-[:OPENED]->(d:Dispute)
MATCH (e)-[o:OWED]->() WHERE o.disputed IS NULL
WITH g, d, collect(o)[0] AS o
MATCH ()-[f {disputed: d.id}]->()
SET g.id = $to, d.id = $to, f.disputed = $to, o.id = $to
"""


TOLD = """
MATCH (other:Entity {id: 'p-3'})
MATCH (e:Entity {id: $entity})
CREATE (other)-[:OPENED]->(:Dispute {id: $id, kind: 'contacts', fact: 'gone', statement: 'No.', state: 'open',
                                     opened: datetime()})-[:TOLD]->(e)
"""


@pytest.fixture(scope="module")
def both(community: Database) -> Database:
    """p-1 and p-2 have each given a grant, opened a dispute and owed something, all called own and foreign."""
    now = datetime.now(UTC)
    for entity, to in (("p-1", "own"), ("p-2", "foreign")):

        def work(transaction: Transaction, entity: str = entity) -> None:
            until = now + timedelta(days=9)
            own: dict[str, Any] = {"scheme": "reliability", "purpose": PURPOSE, "what": "band"}
            grants.grant(transaction, entity, client="nobody", until=until, now=now, **own)
            [contact] = community.run("own_contacts", entity=entity)[:1]
            disputes.dispute(transaction, entity, kind="contacts", fact=contact["id"], statement="No.", now=now)

        community.write(work)
        community.statement(RENAME, entity=entity, to=to)
        community.statement(TOLD, entity=entity, id=f"{to}-told")
    return community


@pytest.mark.parametrize("name", MATRIX_OF_PAGES)
def test_a_page_is_for_the_roles_that_it_takes_and_about_nobody_else(
    both: Database, fresh: Fresh, sign_in: SignIn, name: str
) -> None:
    row, ends_session = MATRIX_OF_PAGES[name], name in ("POST /sign-out", "POST /me/erase")
    for role in Role:
        client = sign_in(role, "p-1" if role is Role.MEMBER else f"the {role}", anew=ends_session)
        if row.foreign and role.value in row.takes:
            path, status = row.foreign
            assert ask(client, name, path).status_code == status, (role, "foreign")
        if row.others and role.value in row.takes:
            assert ask(client, name, row.path, row.others).status_code == 404, (role, "another's")
        answer = ask(client, name, row.path)
        assert answer.status_code == (row.answers if role.value in row.takes else 403), (role, answer.text)
    nobody = ask(fresh(), name, row.path)
    assert nobody.status_code == (row.answers if name in PUBLIC_PAGES - {"GET /sign-in", "POST /sign-in"} else 401)
    assert "p-1" not in nobody.text
