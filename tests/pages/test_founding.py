"""The page on which a member that was named as a founder answers."""

from datetime import UTC, datetime

import httpx
import pytest

from graph.identity import Role
from graph.rating.run import rate
from graph.rights import founders
from graph.store.client import Database
from tests.pages.conftest import SignIn
from tests.worlds.chosen_conduct import AS_OF
from tests.worlds.one_on_a_page import POLICY, made

HERE = f"/me/schemes/{POLICY.id}"


@pytest.fixture(scope="module")
def community(database: Database) -> Database:
    made(database, contacts=3, more=4)
    return database


def name(database: Database, entity: str) -> None:
    now = datetime.now(UTC)
    database.write(lambda tx: founders.name(tx, entity, POLICY.id, by="Olga <b>", now=now))


def answer(client: httpx.Client, accepts: str) -> httpx.Response:
    return client.post(f"{HERE}/founding", data={"accepts": accepts}, follow_redirects=True)


@pytest.mark.slow
def test_a_member_is_asked_on_its_pages_accepts_and_stops(community: Database, sign_in: SignIn) -> None:
    ada = sign_in(Role.MEMBER, "ada")
    page = ada.get(f"{HERE}/founding").text
    assert "nobody has asked you" in page
    assert "all reports count the same here" in page, "this policy gives no voices"
    for path in ("/me", HERE):
        assert "founder" not in ada.get(path).text
    name(community, "ada")
    for path in ("/me", HERE):
        assert "You are asked to be a <dfn>founder</dfn>" in ada.get(path).text
    page = ada.get(f"{HERE}/founding").text
    assert "Will you be a founder?" in page
    assert "Olga &lt;b&gt;" in page
    assert "Thank you" in answer(ada, "yes").text
    assert "You are a <dfn>founder</dfn>" in ada.get(HERE).text
    assert "Stop being a founder" in ada.get(f"{HERE}/founding").text
    assert "You said no" in answer(ada, "no").text
    assert "founder" not in ada.get("/me").text


@pytest.mark.slow
def test_one_who_was_not_named_cannot_accept_and_another_answer_is_none(
    community: Database, sign_in: SignIn
) -> None:
    other = sign_in(Role.MEMBER, "c-000")
    assert answer(other, "yes").status_code == 409
    assert answer(other, "perhaps").status_code == 422
    assert answer(other, "no").status_code == 200


@pytest.mark.slow
def test_one_for_whom_the_operator_accepted_is_told_who_did(community: Database, sign_in: SignIn) -> None:
    name(community, "c-001")
    now = datetime.now(UTC)
    community.write(lambda tx: founders.accept(tx, "c-001", POLICY.id, by="oscar", now=now))
    page = sign_in(Role.MEMBER, "c-001").get(f"{HERE}/founding").text
    assert "<span data-name>oscar</span> said so for you" in page


@pytest.mark.slow
def test_the_page_of_a_scheme_says_how_many_there_were_at_its_last_run_and_names_nobody(
    community: Database, api: httpx.Client
) -> None:
    name(community, "c-002")
    now = datetime.now(UTC)
    before = api.get(f"/schemes/{POLICY.id}").text
    community.write(lambda tx: founders.accept(tx, "c-002", POLICY.id, now=now))
    assert api.get(f"/schemes/{POLICY.id}").text == before
    rate(community, POLICY.id, as_of=AS_OF)
    page = api.get(f"/schemes/{POLICY.id}").text
    [count] = community.statement(
        "MATCH ()-[f:FOUNDS]->() WHERE f.accepted IS NOT NULL AND f.ended IS NULL RETURN count(f) AS n"
    )
    assert f"<dt>Founders</dt><dd>{count['n']}. Nobody is told who they are.</dd>" in page
    assert 'id="word-founder"' in page
    assert "c-002" not in page
