"""What members decide about grants over HTTP, what they see of the record, and what an auditor is told of it."""

import base64
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from api.routes import accesses
from api.schemas.base import FOLDER
from graph.audit import log, refusals
from graph.audit.verify import verify_piece
from graph.policy import scheme
from graph.store.client import Database
from tests.api.conftest import As, once_only

PURPOSE, OTHER = scheme.read("reliability").purpose
FORGET = "MATCH (n:Access|Ledger|Grant|Refusal) DETACH DELETE n"
GRANTS, ACCESSES, VERIFICATION = "/v1/me/grants", "/v1/me/accesses", "/v1/accesses/verification"
EXAMPLES = FOLDER / "grants.json"
ONE_TEXT = "nothing of this entity is open to you"


@pytest.fixture
def community(community: Database) -> Iterator[Database]:
    """The community, before any grant and any read."""
    community.statement(FORGET)
    yield community
    community.statement(FORGET)


def wanted(**differs: Any) -> dict[str, Any]:
    until = datetime.now(UTC) + timedelta(days=30)
    return {
        "scheme": "reliability",
        "client": "bank",
        "purpose": PURPOSE,
        "what": "points",
        "until": f"{until:%Y-%m-%dT%H:%M:%SZ}",
    } | differs


def give(member: httpx.Client, **differs: Any) -> httpx.Response:
    return member.post(GRANTS, json=wanted(**differs), headers=once_only())


def read(client: httpx.Client, entity: str = "p-1") -> httpx.Response:
    return client.get(f"/v1/schemes/reliability/ratings/{entity}/granted", params={"purpose": PURPOSE})


# Grants ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_member_gives_a_grant_sees_it_and_ends_it(community: Database, as_member: As, as_client: As) -> None:
    mine, bank = as_member("p-1"), as_client("bank")
    assert read(bank).status_code == 404
    given = give(mine)
    assert given.status_code == 201
    assert given.json().items() >= {**wanted(until=given.json()["until"]), "by": "member", "revoked": None}.items()
    assert read(bank).status_code == 200
    assert mine.get(GRANTS).json() == {"grants": [given.json() | {"state": "live"}]}
    ended = mine.delete(f"{GRANTS}/{given.json()['id']}")
    assert ended.status_code == 200
    assert ended.json()["revoked"] is not None
    assert read(bank).status_code == 404
    assert mine.delete(f"{GRANTS}/{given.json()['id']}").json() == ended.json()
    (listed,) = mine.get(GRANTS).json()["grants"]
    assert listed == ended.json() | {"state": "revoked"}


def test_a_grant_that_is_asked_for_twice_is_given_once(community: Database, as_member: As) -> None:
    headers, body = once_only(), wanted()
    first, second = (as_member("p-1").post(GRANTS, json=body, headers=headers) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert len(as_member("p-1").get(GRANTS).json()["grants"]) == 1
    assert as_member("p-1").post(GRANTS, json=body).status_code == 422, "no key, no grant"


def test_nobody_sees_or_ends_the_grants_of_another(community: Database, as_member: As) -> None:
    given = give(as_member("p-1")).json()
    assert as_member("p-2").get(GRANTS).json() == {"grants": []}
    for id_ in (given["id"], "no-such-grant"):
        answer = as_member("p-2").delete(f"{GRANTS}/{id_}")
        assert (answer.status_code, answer.json()["detail"]) == (404, ONE_TEXT)
    assert as_member("p-1").get(GRANTS).json()["grants"][0]["state"] == "live"


@pytest.mark.parametrize(
    ("differs", "status", "code"),
    [
        ({"purpose": "hiring"}, 403, "purpose-mismatch"),
        ({"purpose": PURPOSE.title()}, 403, "purpose-mismatch"),
        ({"what": "everything"}, 422, "parameter"),
        ({"client": ""}, 422, "parameter"),
        ({"client": "a\u202eb"}, 422, "parameter"),
        ({"until": "2020-01-01T00:00:00Z"}, 422, "parameter"),
        ({"until": f"{datetime.now(UTC) + timedelta(days=368):%Y-%m-%d}T00:00:00Z"}, 422, "parameter"),
        ({"until": "2027-01-01T00:00:00"}, 422, "parameter"),
        ({"scheme": "own conduct"}, 422, "parameter"),
        ({"scheme": "lost"}, 404, "not-found"),
        ({"entity": "p-2"}, 422, "parameter"),
    ],
)
def test_a_grant_that_does_not_hold_is_refused(
    community: Database, as_member: As, differs: dict[str, str], status: int, code: str
) -> None:
    answer = give(as_member("p-1"), **differs)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert as_member("p-1").get(GRANTS).json() == {"grants": []}


def test_only_a_member_of_the_scheme_gives_a_grant(community: Database, as_member: As) -> None:
    for name, scheme_id in (("q-1", "reliability"), ("nobody", "reliability"), ("p-2", "own-conduct")):
        answer = give(as_member(name), scheme=scheme_id)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


# The record ------------------------------------------------------------------------------------------


def test_a_member_sees_who_read_it_and_what_came_of_it(community: Database, as_member: As, as_client: As) -> None:
    give(as_member("p-1"))
    read(as_client("shop"))
    refusals.put_on_record(community)
    read(as_client("bank"))
    answer = as_member("p-1").get(ACCESSES).json()
    assert [(each["number"], each["who"], each["outcome"]) for each in answer["accesses"]] == [
        (2, "bank", "answered"),
        (1, "shop", "no-grant"),
    ]
    (second, first) = (
        log.Access(**each | {"at": datetime.fromisoformat(each["at"])}) for each in answer["accesses"]
    )
    assert second.previous == first.hash
    assert [log.seal(each) for each in (first, second)] == [first.hash, second.hash]
    assert answer["ledgers"] == [{"scheme": "reliability", "count": 2, "head": second.hash}]
    assert as_member("p-2").get(ACCESSES).json() == {"ledgers": [], "accesses": [], "next": None}


def test_what_members_read_of_their_own_is_not_on_record(community: Database, as_member: As) -> None:
    mine = as_member("p-1")
    for path in (
        "/v1/schemes/reliability/ratings/p-1",
        "/v1/schemes/reliability/ratings/p-1/explanation",
        "/v1/schemes/reliability/ratings/p-1/history",
        "/v1/entities/p-1/ratings",
        GRANTS,
        ACCESSES,
    ):
        assert mine.get(path).status_code == 200
    assert community.statement("MATCH (a:Access) RETURN a") == []


def test_an_auditor_is_told_how_many_ledgers_are_whole_and_nobodys_name(
    community: Database, as_client: As, as_auditor: As
) -> None:
    for entity in ("p-1", "p-2", "p-2", "nobody"):
        read(as_client("bank"), entity)
    refusals.put_on_record(community)
    auditor = as_auditor("an auditor")
    assert auditor.get(VERIFICATION).json() == {
        "scheme": None,
        "whole": 3,
        "broken": 0,
        "records": 4,
        "next": None,
    }
    community.statement("MATCH (a:Access {id: 'reliability|p-2|1'}) SET a.who = 'shop'")
    answer = auditor.get(VERIFICATION, params={"scheme": "reliability"})
    assert answer.json() == {"scheme": "reliability", "whole": 2, "broken": 1, "records": 2, "next": None}
    assert "p-2" not in answer.text
    own = auditor.get(VERIFICATION, params={"scheme": "own-conduct"}).json()
    assert own == {"scheme": "own-conduct", "whole": 0, "broken": 0, "records": 0, "next": None}
    assert auditor.get(VERIFICATION, params={"scheme": "lost"}).status_code == 404


def test_a_verification_that_takes_long_is_gone_on_with_and_its_cursor_names_nobody(
    community: Database, as_client: As, as_auditor: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    for entity in ("p-1", "p-2", "p-2", "p-3", "nobody", "nobody"):
        read(as_client("bank"), entity)
        refusals.put_on_record(community)
    community.statement("MATCH (a:Access {id: 'reliability|p-2|2'}) SET a.who = 'shop'")
    monkeypatch.setattr(accesses, "VERIFIED_SECONDS", 0)
    monkeypatch.setattr(accesses, "verify_piece", partial(verify_piece, records=1))
    answers: list[dict[str, Any]] = []
    asked: dict[str, str] = {}
    while not answers or asked:
        answers.append(as_auditor("an auditor").get(VERIFICATION, params=asked).json())
        asked = {"after": answers[-1]["next"]} if answers[-1]["next"] else {}
        assert as_auditor("another").get(VERIFICATION, params=asked).status_code == (422 if asked else 200)
        text = answers[-1]["next"] or ""
        assert b"reliability|" not in base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    assert len(answers) > 6
    summed = {name: sum(each[name] for each in answers) for name in ("whole", "broken", "records")}
    assert summed == {"whole": 3, "broken": 1, "records": 5}


# Examples --------------------------------------------------------------------------------------------


def test_the_examples_are_what_the_service_answers(
    community: Database, as_member: As, as_client: As, as_auditor: As
) -> None:
    """`REWRITE=1 pytest tests/api/test_grants.py` writes down what is answered now."""
    mine, bank = as_member("p-1"), as_client("bank")
    given = give(mine, what="reasons")
    asked = {"ids": ["p-1", "p-2", "q-1"], "purpose": PURPOSE}
    answers = {
        "Grant": given,
        "Grants": mine.get(GRANTS),
        "GrantedRating": read(bank),
        "Found": bank.post("/v1/schemes/reliability/ratings/lookup", json=asked),
        "Accesses": mine.get(ACCESSES),
        "Verification": as_auditor("an auditor").get(VERIFICATION),
    }
    examples: dict[str, Any] = {"NewGrant": wanted(), "Wanted": asked}
    for name, answer in answers.items():
        assert answer.is_success, name
        examples[name] = answer.json()
    written = json.loads(_lasting(json.dumps(examples, ensure_ascii=False), community))
    if "REWRITE" in os.environ:
        EXAMPLES.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    else:
        assert written == json.loads(EXAMPLES.read_text(encoding="utf-8"))


def _lasting(text: str, database: Database) -> str:
    """The answers without what differs from one time to another: ids, instants of today and hashes."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "5d0f6c1e-3b0a-4c7e-9a55-0f7f4a1d2c3b", text)
    for name, instant in {"until": "2026-07-31T08:00:00Z", "at": "2026-07-01T08:00:00Z"}.items():
        text = re.sub(rf'"{name}": "[^"]*"', f'"{name}": "{instant}"', text)
    for record in database.statement("MATCH (a:Access) RETURN a.hash AS hash, a.number AS number ORDER BY number"):
        text = text.replace(record["hash"], f"{record['number']:064x}")
    return text
