"""What-if on the pages asks what it says, offers what can move something, and says why nothing moves."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from graph.facts.values import Obligation
from graph.identity import Role
from graph.rating.run import rate
from graph.store.client import Database
from tests.conftest import WIPE
from tests.pages.conftest import SignIn
from tests.storing import store
from tests.worlds.chosen_conduct import AS_OF
from tests.worlds.one_on_a_page import POLICY, facts

HERE = f"/me/schemes/{POLICY.id}/what-if"


@pytest.fixture(scope="module")
def ada(database: Database) -> Database:
    old = Obligation("ada", "shop", AS_OF - timedelta(days=90), None, None, "old")
    found = facts(4, 8)
    database.statement(WIPE)
    store(database, replace(found, obligations=[*found.obligations, old]), POLICY)
    rate(database, POLICY.id, as_of=AS_OF)
    return database


def points(page: str) -> tuple[int, int]:
    """(then, now) of an answer."""
    then = re.search(r"<strong>(\d+)</strong> points", page)
    now = re.search(r"Now it is (\d+) points", page)
    assert then
    assert now
    return int(then[1]), int(now[1])


def ask(client: httpx.Client, **asked: str) -> str:
    answer = client.get(HERE, params=asked)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.slow
def test_having_paid_on_the_day_and_paying_now_are_two_questions(ada: Database, sign_in: SignIn) -> None:
    client = sign_in(Role.MEMBER, "ada")
    for debt in ("open-2", "old"):
        on_its_day = ask(client, ask="pay", debt=debt, when="due")
        assert "If you had paid shop on the day it was due" in on_its_day
        then, now = points(on_its_day)
        assert then > now
        assert "Nothing would move" not in on_its_day
    late = ask(client, ask="pay", debt="open-2", when="now")
    assert "If you paid shop now" in late
    assert "The days that have passed stay late." in late
    assert "From 30 days late on" in ask(client, ask="pay", debt="old", when="now")
    then, now = points(ask(client, ask="pay", debt="open-1", when="due"))
    assert then >= now, "what is not due yet is paid early"


@pytest.mark.slow
def test_no_share_is_offered_that_is_the_present_one_and_none_without_a_circle(
    ada: Database, sign_in: SignIn
) -> None:
    page = ask(sign_in(Role.MEMBER, "ada"))
    shares = re.findall(r'<option value="(0[.\d]*)"', page)
    assert shares == ["0", "0.1", "0.3", "0.4", "0.5"]
    alone = ask(sign_in(Role.MEMBER, "c-000"))
    assert 'name="share"' in alone, "c-000 has ada in its circle"
