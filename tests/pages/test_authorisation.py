"""The authorisation matrix of the pages: every route of the application that OpenAPI does not have.

The routes come from the application, so a new page without its row here fails. Who asks: nobody, and each role,
signed in; a member about itself (p-1) and about another (p-2). What a page tells and does is tested elsewhere.
"""

from dataclasses import dataclass, field

import httpx
import pytest
from fastapi.routing import APIRoute

from api.app import create_app
from api.security import PUBLIC_PAGES, roles
from graph.database import Database
from graph.identity import Role
from tests.pages.conftest import Fresh, SignIn

ALL = tuple(role.value for role in Role)


@dataclass(frozen=True)
class Row:
    """What a page answers to the roles that it takes; 403 to all others, and 401 to nobody.

    takes: the roles. answers: the status to who may. path: what the words of the path are.
    foreign: the same words, where they are another member's, and the status then.
    """

    takes: tuple[str, ...]
    answers: int = 200
    path: dict[str, str] = field(default_factory=dict)
    foreign: tuple[dict[str, str], int] | None = None
    form: dict[str, str] = field(default_factory=dict)


# In the order in which they are asked: what takes something away comes last.
MATRIX: dict[str, Row] = {
    "GET /": Row(ALL),
    "GET /schemes": Row(ALL),
    "GET /schemes/{scheme}": Row(ALL, 200, {"scheme": "reliability"}),
    "GET /operator": Row(("operator",)),
    "GET /static/{file}": Row(ALL, 404, {"file": "none.css"}),
    "GET /sign-in": Row(ALL, 401),
    "POST /sign-in": Row(ALL, 401),
    "POST /sign-out": Row(ALL, 303),
}


def pages() -> dict[str, APIRoute]:
    """Every route of the application that OpenAPI does not have, by method and path."""
    app, found = create_app(), dict[str, APIRoute]()
    for included in app.routes:
        for route in getattr(getattr(included, "original_router", None), "routes", [included]):
            if isinstance(route, APIRoute):
                found |= {f"{method} {route.path_format}": route for method in route.methods or ()}
    described = {
        f"{method.upper()} {path}" for path, methods in app.openapi()["paths"].items() for method in methods
    }
    assert described < found.keys()  # the walk finds what it should
    return {name: route for name, route in found.items() if name not in described}


PAGES = pages()


def test_every_page_has_its_row_and_there_is_no_row_without_a_page() -> None:
    assert sorted(MATRIX) == sorted(PAGES)


def test_a_page_takes_the_roles_that_its_row_says() -> None:
    for name, row in MATRIX.items():
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


def ask(client: httpx.Client, name: str, path: dict[str, str]) -> httpx.Response:
    method, address = name.split(" ")
    form = MATRIX[name].form if method == "POST" else None
    return client.request(method, address.format(**path), data=form)


@pytest.mark.parametrize("name", MATRIX)
def test_a_page_is_for_the_roles_that_it_takes_and_about_nobody_else(
    community: Database, fresh: Fresh, sign_in: SignIn, name: str
) -> None:
    row = MATRIX[name]
    for role in Role:
        client = sign_in(role, "p-1" if role is Role.MEMBER else f"the {role}", anew=name == "POST /sign-out")
        if row.foreign and role.value in row.takes:
            path, status = row.foreign
            assert ask(client, name, path).status_code == status, (role, "foreign")
        answer = ask(client, name, row.path)
        assert answer.status_code == (row.answers if role.value in row.takes else 403), (role, answer.text)
    nobody = ask(fresh(), name, row.path)
    assert nobody.status_code == (row.answers if name in PUBLIC_PAGES else 401)
    assert "p-1" not in nobody.text
