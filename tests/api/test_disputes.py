"""Disputes and contests over HTTP: at once, once, and each role sees what is its own."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from graph.errors import NOTHING_OPEN
from graph.identity import Keyring, Role
from graph.policy import scheme
from graph.rights import grants
from graph.store.client import Database
from tests.api.conftest import As, issue, once_only
from tests.worlds.villages import Village, build

PURPOSE = scheme.read("reliability").purpose[0]
SECRET = "What nobody but the reviewer reads."
OWN = "/v1/me/disputes"


@pytest.fixture(scope="module")
def villages(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    return build(database, tmp_path_factory.mktemp("villages"), 18)


@pytest.fixture
def village(villages: Iterator[Village]) -> Village:
    return next(villages)


def dispute(client: httpx.Client, fact: str, kind: str = "obligations", **headers: str) -> httpx.Response:
    body = {"kind": kind, "fact": fact, "statement": SECRET}
    return client.post(OWN, json=body, headers=headers or once_only())


def decide(client: httpx.Client, id_: str, *, upheld: bool, **headers: str) -> httpx.Response:
    body = {"upheld": upheld, "reason": "Seen."}
    return client.post(f"/v1/disputes/{id_}/decision", json=body, headers=headers or once_only())


def text(answer: httpx.Response) -> Any:
    """A problem without the name of its occurrence."""
    assert answer.status_code >= 400, answer.text
    return {name: value for name, value in answer.json().items() if name != "instance"}


def points(client: httpx.Client, entity: str) -> int:
    answer = client.get(f"/v1/schemes/reliability/ratings/{entity}").json()
    assert not answer["stale"]
    return int(answer["whole_points"])


@pytest.mark.slow
def test_a_disputed_fact_counts_for_nothing_when_the_answer_comes_and_again_when_it_is_withdrawn(
    village: Village, as_member: As
) -> None:
    bob = as_member(village("bob"))
    before = points(bob, village("bob"))
    answer = dispute(bob, village("o2"))
    assert answer.status_code == 201
    opened = answer.json()
    assert (opened["state"], opened["days_left"], opened["says"]["target"]) == ("open", 30, village("bank"))
    assert points(bob, village("bob")) > before + 20
    assert bob.get(OWN).json()["disputes"][0]["id"] == opened["id"]
    for _ in range(2):
        withdrawn = bob.delete(f"{OWN}/{opened['id']}")
        assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
    # to the point that re-rating may leave: half of a tenth of one, which a whole number can round away from
    assert abs(points(bob, village("bob")) - before) <= 1


@pytest.mark.slow
def test_a_request_that_comes_twice_opens_one_dispute(village: Village, as_member: As) -> None:
    bob, key = as_member(village("bob")), once_only()
    first, again = (dispute(bob, village("o2"), **key) for _ in range(2))
    assert first.json() == again.json()
    assert text(dispute(bob, village("o1"), **key))["code"] == "conflict"
    assert text(dispute(bob, village("o2")))["code"] == "refused"
    assert len(bob.get(OWN).json()["disputes"]) == 1
    assert bob.post(OWN, json={"kind": "obligations", "fact": "x", "statement": "x"}).status_code == 422


def test_what_is_not_there_and_what_is_anothers_are_one_answer(village: Village, as_member: As) -> None:
    ann = as_member(village("ann"))
    unknown = text(dispute(ann, "no such fact"))
    assert (unknown["status"], unknown["detail"]) == (404, NOTHING_OPEN)
    assert text(dispute(ann, village("o2"))) == unknown  # bob's
    assert text(dispute(as_member(village("dan")), village("o4"))) == unknown  # his own, but he has joined nothing
    id_ = dispute(as_member(village("bob")), village("o2")).json()["id"]
    assert text(ann.delete(f"{OWN}/{id_}")) == text(ann.delete(f"{OWN}/nothing")) == unknown
    assert ann.get(OWN).json() == {"disputes": []}


@pytest.mark.slow
def test_the_reviewer_sees_what_it_is_about_and_the_operator_only_that_it_waits(
    village: Village, as_member: As, as_reviewer: As, as_operator: As, as_client: As
) -> None:
    now = datetime.now(UTC)
    give = partial(grants.grant, scheme="reliability", client="bank", purpose=PURPOSE, what="band", now=now)
    village.database.write(partial(give, entity=village("bob"), until=now + timedelta(days=1)))
    path = f"/v1/schemes/reliability/ratings/{village('bob')}/granted"
    assert as_client("bank").get(path, params={"purpose": PURPOSE}).status_code == 200
    opened = dispute(as_member(village("bob")), village("o2")).json()
    assert [(each["who"], each["times"]) for each in opened["readers"]] == [("bank", 1)]

    def listed(client: httpx.Client) -> dict[str, Any]:
        [found] = (each for each in client.get("/v1/disputes").json()["disputes"] if each["id"] == opened["id"])
        return dict(found)

    seen = listed(as_reviewer("Ruth"))
    assert (seen["entity"], seen["fact"], seen["statement"]) == (village("bob"), village("o2"), SECRET)
    assert seen["says"]["settled"] == "2026-06-20T09:00:00Z"
    assert seen["readers"] == opened["readers"]
    assert set(listed(as_operator("op"))) == {"id", "kind", "state", "opened", "due", "days_left", "overdue"}
    assert village("bob") not in json.dumps(listed(as_operator("op")))
    [read, granted] = as_member(village("bob")).get("/v1/me/accesses").json()["accesses"]
    assert (read["who"], read["role"], read["what"]) == ("Ruth", "reviewer", "dispute"), "and not the operator"
    assert granted["who"] == "bank"
    for other in (as_member(village("bob")), as_client("bank")):
        assert other.get("/v1/disputes").status_code == 403
        assert decide(other, opened["id"], upheld=True).status_code == 403
    assert decide(as_operator("op"), opened["id"], upheld=True).status_code == 403


@pytest.mark.slow
def test_a_reviewer_without_a_part_in_it_decides_once(village: Village, as_member: As, as_reviewer: As) -> None:
    village.loaded_by("o2", "lena", datetime.now(UTC))
    bob = as_member(village("bob"))
    before = points(bob, village("bob"))
    id_ = dispute(bob, village("o2")).json()["id"]
    for name in ("lena", village("bob"), village("bank"), f"login of {village('bob')}"):
        assert text(decide(as_reviewer(name), id_, upheld=False))["code"] == "refused"
    key = once_only()
    decided, again = (decide(as_reviewer("Ruth"), id_, upheld=True, **key) for _ in range(2))
    assert (decided.status_code, decided.json()) == (200, again.json())
    assert (decided.json()["state"], decided.json()["reviewer"]) == ("upheld", "Ruth")
    assert village.fact("o2") is None
    assert points(bob, village("bob")) > before + 20
    [own] = bob.get(OWN).json()["disputes"]
    assert (own["state"], own["reviewer"], own["reason"], own["says"]) == ("upheld", "Ruth", "Seen.", None)
    assert text(decide(as_reviewer("Ruth"), id_, upheld=False))["code"] == "refused"
    assert text(decide(as_reviewer("Ruth"), "nothing", upheld=False))["detail"] == NOTHING_OPEN
    [about] = village.database.statement(
        "MATCH (r:Request)-[:FROM]->(e:Entity) WHERE r.answer CONTAINS 'upheld' AND r.answer CONTAINS $id "
        "RETURN e.id AS id",
        id=id_,
    )
    assert about["id"] == village("bob"), "what is kept of the request is erased with the member"


@pytest.mark.slow
def test_a_contested_rating_is_told_to_no_client_until_a_reviewer_has_closed_it(
    village: Village, as_member: As, as_reviewer: As, as_client: As
) -> None:
    ann, now = village("ann"), datetime.now(UTC)
    give = partial(grants.grant, scheme="reliability", client="bank", purpose=PURPOSE, what="reasons", now=now)
    village.database.write(partial(give, entity=ann, until=now + timedelta(days=1)))

    def told() -> dict[str, Any]:
        path = f"/v1/schemes/reliability/ratings/{ann}/granted"
        answer = as_client("bank").get(path, params={"purpose": PURPOSE})
        assert answer.status_code == 200
        return dict(answer.json())

    def contest(entity: str, in_scheme: str = "reliability") -> httpx.Response:
        path = f"/v1/schemes/{in_scheme}/contest"
        return as_member(entity).post(path, json={"statement": SECRET}, headers=once_only())

    def close(name: str, id_: str) -> httpx.Response:
        path = f"/v1/contests/{id_}/closing"
        return as_reviewer(name).post(path, json={"reason": "Seen."}, headers=once_only())

    assert "band" in told()
    answer = contest(ann)
    assert (answer.status_code, answer.json()["state"]) == (201, "open")
    id_ = answer.json()["id"]
    assert told() == {"entity": ann, "scheme": "reliability", "what": "reasons", "contested": True}
    assert as_member(ann).get(f"/v1/schemes/reliability/ratings/{ann}").json()["contested"]
    assert text(contest(ann))["code"] == "refused"
    for who, where in ((village("dan"), "reliability"), ("nobody", "reliability")):
        assert text(contest(who, where))["detail"] == NOTHING_OPEN
    for who in (ann, village("dan"), "nobody"):
        assert "no scheme 'lost'" in text(contest(who, "lost"))["detail"]
    waiting = as_reviewer("Ruth").get("/v1/contests").json()
    assert [(each["entity"], each["statement"]) for each in waiting["contests"]] == [(ann, SECRET)]
    read = as_member(ann).get("/v1/me/accesses").json()["accesses"][0]
    assert (read["who"], read["role"], read["what"], read["ledger"]) == (
        "Ruth",
        "reviewer",
        "contest",
        f"reliability|{ann}",
    )
    assert as_member(ann).get("/v1/contests").status_code == 403
    for name in (ann, f"login of {ann}"):
        assert text(close(name, id_))["code"] == "refused"
    assert close("Ruth", id_).json()["reviewer"] == "Ruth"
    assert "band" in told()
    [own] = as_member(ann).get("/v1/me/contests").json()["contests"]
    assert (own["state"], own["reviewer"], own["reason"]) == ("closed", "Ruth", "Seen.")
    assert text(close("Ruth", id_))["code"] == "refused"
    assert text(close("Ruth", "nothing"))["detail"] == NOTHING_OPEN


def as_holder(api: httpx.Client, ring: Keyring, role: Role, subject: str, **more: Any) -> httpx.Client:
    """A client with a token of this subject."""
    headers = {"Authorization": f"Bearer {issue(ring, role, subject, **more).text}"}
    return httpx.Client(base_url=api.base_url, headers=headers, trust_env=False, timeout=30)


def test_tokens_of_one_subject_are_known_as_one_person(
    village: Village, api: httpx.Client, ring: Keyring, as_member: As, as_reviewer: As
) -> None:
    """The creditor's own bookkeeper cannot decide as a reviewer on what is owed to the creditor."""
    id_ = dispute(as_member(village("bob")), village("o2")).json()["id"]
    keeper = f"Zoë of {village.number}"
    with as_holder(api, ring, Role.MEMBER, keeper, entity=village("bank")) as creditor:
        assert creditor.get("/v1/me").status_code == 200
    for subject in (keeper, keeper.upper(), keeper.replace("ë", "e\u0308"), keeper.replace(" ", "  ").lower()):
        with as_holder(api, ring, Role.REVIEWER, subject.replace("  ", " ")) as reviewer:
            assert text(decide(reviewer, id_, upheld=False))["code"] == "refused"
    for acts_for in ([village("bank")], [village("ann"), village("bob")]):
        with as_holder(api, ring, Role.REVIEWER, "Rolf", acts_for=acts_for) as reviewer:
            assert text(decide(reviewer, id_, upheld=False))["code"] == "refused"
    with as_holder(api, ring, Role.REVIEWER, "Rolf", acts_for=[village("ann")]) as reviewer:
        assert decide(reviewer, id_, upheld=False).status_code == 200


def test_a_person_who_acts_for_a_member_cannot_close_its_contest(
    village: Village, api: httpx.Client, ring: Keyring, as_member: As
) -> None:
    path, ann = "/v1/schemes/reliability/contest", village("ann")
    id_ = as_member(ann).post(path, json={"statement": SECRET}, headers=once_only()).json()["id"]
    friend = f"friend {village.number}"
    with as_holder(api, ring, Role.MEMBER, friend, entity=ann) as other:
        assert other.get("/v1/me").status_code == 200
    for more in ({"subject": friend}, {"subject": "Rolf", "acts_for": [ann]}):
        with as_holder(api, ring, Role.REVIEWER, **more) as reviewer:
            closing = reviewer.post(f"/v1/contests/{id_}/closing", json={"reason": "x"}, headers=once_only())
            assert text(closing)["code"] == "refused"


def test_one_who_acts_for_two_has_a_request_of_each_answered(
    village: Village, api: httpx.Client, ring: Keyring
) -> None:
    """The same key, route and body: what a person was answered is not what its firm is answered."""
    key, now = once_only(), datetime.now(UTC)
    until = (now + timedelta(days=1)).isoformat()
    wanted = {"scheme": "reliability", "client": "bank", "purpose": PURPOSE, "what": "band", "until": until}
    given = {}
    for who in ("ann", "bob"):
        with as_holder(api, ring, Role.MEMBER, "one of both", entity=village(who)) as holder:
            first, again = (holder.post("/v1/me/grants", json=wanted, headers=key) for _ in range(2))
            assert (first.status_code, first.json()) == (201, again.json())
            [listed] = holder.get("/v1/me/grants").json()["grants"]
            assert listed["id"] == first.json()["id"]
            given[who] = listed["id"]
    assert len(set(given.values())) == 2


def test_a_client_reads_no_rating_without_reading_that_facts_are_set_aside(
    village: Village, as_member: As, as_client: As
) -> None:
    bob, now = village("bob"), datetime.now(UTC)
    assert dispute(as_member(bob), village("o2")).status_code == 201
    path = "/v1/schemes/reliability/ratings"
    for what in grants.WHATS:
        give = partial(grants.grant, scheme="reliability", client="bank", purpose=PURPOSE, what=what, now=now)
        village.database.write(partial(give, entity=bob, until=now + timedelta(days=1)))
        told = as_client("bank").get(f"{path}/{bob}/granted", params={"purpose": PURPOSE}).json()
        [found] = (
            as_client("bank").post(f"{path}/lookup", json={"ids": [bob], "purpose": PURPOSE}).json()["ratings"]
        )
        assert (told["what"], told["set_aside"], found) == (what, {"member": 1, "other": 0}, told)
    own = as_member(bob).get(f"{path}/{bob}").json()
    assert own["set_aside"] == {"member": 1, "other": 0}
    made = as_member(bob).post(
        "/v1/me/report",
        params={"scheme": "reliability", "audience": "bank", "purpose": PURPOSE},
        headers={"Accept": "text/html"},
    )
    assert "1 fact is in dispute and counts for nothing here: its member disputes 1." in made.text


# The other side, and the second time -----------------------------------------------------------------

TOLD = "/v1/me/disputed"


def answer(client: httpx.Client, id_: str, statement: str = "It was paid late.", **headers: str) -> httpx.Response:
    return client.post(f"{TOLD}/{id_}/answer", json={"statement": statement}, headers=headers or once_only())


@pytest.mark.slow
def test_the_other_side_reads_what_is_said_and_answers_once(
    village: Village, as_member: As, as_reviewer: As
) -> None:
    bob, bank = as_member(village("bob")), as_member(village("bank"))
    id_ = dispute(bob, village("o2")).json()["id"]
    [told] = bank.get(TOLD).json()["disputes"]
    assert (told["id"], told["entity"], told["statement"], told["waits"]) == (id_, village("bob"), SECRET, True)
    [read] = bob.get("/v1/me/accesses").json()["accesses"]
    assert (read["role"], read["what"], read["outcome"]) == ("member", "dispute", "answered")
    assert village("bank") not in json.dumps(read), "erasing the reader leaves nothing behind in the record"
    for other in ("bob", "ann", "cat"):
        assert text(answer(as_member(village(other)), id_))["detail"] == NOTHING_OPEN
    key = once_only()
    first, again = (answer(bank, id_, **key) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert text(answer(bank, id_))["code"] == "refused"
    assert bob.get(OWN).json()["disputes"][0]["answer"] == "It was paid late."
    [waits] = (each for each in as_reviewer("Ruth").get("/v1/disputes").json()["disputes"] if each["id"] == id_)
    assert (waits["answer"], waits["statement"]) == ("It was paid late.", SECRET)
    assert bank.delete("/v1/me").status_code == 200
    left = village.database.statement("MATCH (n) WHERE n.answer CONTAINS 'It was paid late.' RETURN n")
    assert left == [], "neither the answer nor a kept reply outlives its author"


@pytest.mark.slow
def test_one_person_does_not_speak_for_both_sides(
    village: Village, api: httpx.Client, ring: Keyring, as_member: As
) -> None:
    id_ = dispute(as_member(village("bob")), village("o2")).json()["id"]
    subject = f"login of {village('bob')}"
    token = issue(ring, Role.MEMBER, subject, village("bank")).text
    headers = {"Authorization": f"Bearer {token}"} | once_only()
    refused = api.post(f"{TOLD}/{id_}/answer", json={"statement": "It is so."}, headers=headers)
    assert text(refused)["code"] == "refused"
    assert answer(as_member(village("bank")), id_).status_code == 201, "the one answer is not used up"


@pytest.mark.slow
def test_what_was_taken_back_waits_for_a_reviewer_the_second_time(
    village: Village, as_member: As, as_reviewer: As, as_operator: As
) -> None:
    bob, ruth = as_member(village("bob")), as_reviewer("Ruth")
    before = points(bob, village("bob"))
    first = dispute(bob, village("o2")).json()["id"]
    assert bob.delete(f"{OWN}/{first}").json()["state"] == "withdrawn"
    assert text(dispute(bob, village("o2")))["code"] == "refused"
    body = {"kind": "obligations", "fact": village("o2"), "statement": "I have found the receipt."}
    again = bob.post(OWN, json=body, headers=once_only()).json()
    assert (again["state"], again["days_left"], again["proposed"]) == ("proposed", None, again["opened"])
    assert abs(points(bob, village("bob")) - before) <= 1
    for client in (ruth, as_operator("op")):
        listed = client.get("/v1/disputes")
        assert listed.status_code == 200
        [found] = (each for each in listed.json()["disputes"] if each["id"] == again["id"])
        assert (found["state"], "days_left" in found, found["overdue"]) == ("proposed", False, False)
    assert text(decide(ruth, again["id"], upheld=True))["code"] == "refused"
    asked = {"admitted": True, "reason": "A receipt is new."}
    path = f"/v1/disputes/{again['id']}/admission"
    party = as_reviewer(f"login of {village('bob')}")
    assert text(party.post(path, json=asked, headers=once_only()))["code"] == "refused"
    key = once_only()
    admitted, repeated = (ruth.post(path, json=asked, headers=key) for _ in range(2))
    assert (admitted.status_code, admitted.json()) == (200, repeated.json())
    assert (admitted.json()["state"], admitted.json()["reviewer"]) == ("open", "Ruth")
    assert points(bob, village("bob")) > before + 20
    assert text(ruth.post(path, json=asked, headers=once_only()))["code"] == "refused"
