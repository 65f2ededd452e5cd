"""No page says a rating without saying how many facts it lacks; and only the member's own pages say one."""

import httpx
import pytest

from graph import disclosure
from graph.identity import Role
from graph.store.client import Database
from tests.api.test_set_aside import ada
from tests.pages.conftest import SignIn
from tests.pages.test_authorisation import MATRIX_OF_PAGES
from tests.worlds.one_on_a_page import POLICY

__all__ = ["ada"]
SAY = {"GET /me", "GET /me/schemes/{scheme}"}
"The pages on which a member reads what its rating is now. Others are about what was, or would be."


@pytest.mark.slow
def test_every_page_that_says_a_rating_says_what_is_set_aside(
    ada: Database, api: httpx.Client, sign_in: SignIn
) -> None:
    shown = disclosure.shown(ada, "ada", POLICY.id)
    said = f"{shown.whole_points}</strong> points"
    telling = set()
    for name, row in MATRIX_OF_PAGES.items():
        method, path = name.split(" ")
        if method != "GET":
            continue
        for role in Role:
            client = sign_in(role, "ada" if role is Role.MEMBER else f"a {role}")
            page = client.get(path.format(scheme=POLICY.id, file="none.css"), params=row.query).text
            if said in page:
                telling.add(name)
                assert role is Role.MEMBER
                assert "3 facts are in dispute and count for nothing here: you dispute 2, others 1." in page
    assert telling == SAY
