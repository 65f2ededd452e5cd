"""What a client reads of others: as much as each granted, on record first; all else looks the same."""

import asyncio
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from scipy.stats import kruskal, mannwhitneyu
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.http import constant_time
from api.http.in_flight import LONGEST_WAIT_SECONDS, UnderWay
from api.schemas.grants import Found
from graph import disclosure
from graph.audit import log, refusals
from graph.audit.log import Access
from graph.audit.verify import verify
from graph.policy import publishing, scheme
from graph.rights import grants
from graph.rights.grants import Grant
from graph.store.client import Database
from tests.api.conftest import As

POLICY = scheme.read("reliability")
PURPOSE = POLICY.purpose[0]
LOOKUP = "/v1/schemes/reliability/ratings/lookup"
FORGET = "MATCH (n:Access|Ledger|Grant|Refusal) DETACH DELETE n"
ONE_TEXT = "nothing of this entity is open to you"


@pytest.fixture
def community(community: Database) -> Database:
    """The community, before any grant and any read."""
    community.statement(FORGET)
    return community


def give(database: Database, entity: str, what: grants.What = "points", **differs: Any) -> Grant:
    now = datetime.now(UTC)
    asked: dict[str, Any] = {"scheme": "reliability", "client": "bank", "purpose": PURPOSE, "now": now}
    asked |= {"until": asked["now"] + timedelta(days=1)} | differs
    return database.write(lambda transaction: grants.grant(transaction, entity, what=what, **asked))


def revoke(database: Database, grant: Grant) -> None:
    database.write(lambda transaction: grants.revoke(transaction, grant.id, now=datetime.now(UTC)))


def granted(
    client: httpx.Client, entity: str, purpose: str = PURPOSE, scheme_id: str = "reliability"
) -> httpx.Response:
    path = f"/v1/schemes/{scheme_id}/ratings/{quote(entity, safe='')}/granted"
    return client.get(path, params={"purpose": purpose})


def look_up(client: httpx.Client, *ids: str, purpose: str = PURPOSE) -> httpx.Response:
    return client.post(LOOKUP, json={"ids": ids, "purpose": purpose})


def last(database: Database, ledger: str) -> Access:
    refusals.put_on_record(database)
    found = database.statement(
        "MATCH (a:Access {ledger: $ledger}) RETURN properties(a) AS record ORDER BY a.number DESC LIMIT 1",
        ledger=ledger,
    )
    return log.access_of(found[0]["record"])


# As much as is granted -------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_client_reads_what_the_grant_says_and_no_more(community: Database, as_client: As) -> None:
    shown = disclosure.shown(community, "p-1", "reliability")
    always = {
        "entity",
        "scheme",
        "what",
        "contested",
        "band",
        "caption",
        "run",
        "as_of",
        "stale",
        "version",
        "hash",
        "set_aside",
    }
    opened: dict[grants.What, set[str]] = {
        "band": always,
        "points": always | {"whole_points", "within_points"},
        "reasons": always | {"whole_points", "within_points", "parts", "reasons"},
    }
    for what, names in opened.items():
        give(community, "p-1", what)
        answer = granted(as_client("bank"), "p-1")
        assert answer.status_code == 200
        told = answer.json()
        assert told.keys() == names
        assert (told["what"], told["band"], told["contested"]) == (what, shown.band, False)
        assert told.get("whole_points", shown.whole_points) == shown.whole_points
        (found,) = look_up(as_client("bank"), "p-1").json()["ratings"]
        assert found == told
    assert sum(part["whole"] for part in told["parts"]) == shown.whole_points
    assert told["reasons"]


def test_nobody_is_named_to_a_client(community: Database, as_client: As) -> None:
    for entity in ("p-1", "p-3"):
        give(community, entity, "reasons")
    community.statement("MATCH (m:Membership {scheme: 'reliability'}) SET m.shares = true")
    try:
        assert any(part.source == "contact" for part in disclosure.shown(community, "p-1", "reliability").parts)
        answers = {entity: granted(as_client("bank"), entity) for entity in ("p-1", "p-3")}
    finally:
        community.statement("MATCH (m:Membership {scheme: 'reliability'}) REMOVE m.shares")
    for entity, answer in answers.items():
        told = answer.json()
        together = [part for part in told["parts"] if part["contacts"]]
        assert [(part["source"], part["name"]) for part in together] == [("contacts", "contacts together")]
        assert sum(part["whole"] for part in told["parts"]) == told["whole_points"]
        rest = answer.text.replace(f'"entity":"{entity}"', "")
        assert not [name for name in ("p-1", "p-2", "p-3", "p-4", "Nord", "bread", "library") if name in rest]
    sentences = [reason["sentence"] for reason in answers["p-3"].json()["reasons"]]
    assert "Past due and not settled: 1 obligation. It is the one due 2026-04-01: 90 days late." in sentences


def test_an_id_with_a_slash_or_a_bar_is_read_as_it_is(community: Database, as_client: As) -> None:
    for entity in ("o/5 Nord", "a|b"):
        give(community, entity, "band")
        assert granted(as_client("bank"), entity).json()["entity"] == entity


def test_a_contested_rating_has_neither_band_nor_points(community: Database, as_client: As) -> None:
    give(community, "p-1", "reasons")
    community.statement("MATCH (m:Membership {id: 'reliability|p-1'}) SET m.contested = 'c-1'")
    try:
        told = {"entity": "p-1", "scheme": "reliability", "what": "reasons", "contested": True}
        assert granted(as_client("bank"), "p-1").json() == told
        assert look_up(as_client("bank"), "p-1").json()["ratings"] == [told]
        assert last(community, "reliability|p-1").outcome == "contested"
    finally:
        community.statement("MATCH (m:Membership {id: 'reliability|p-1'}) REMOVE m.contested")
    assert granted(as_client("bank"), "p-1").json()["contested"] is False


def test_several_are_looked_up_by_id_and_the_rest_is_missing(community: Database, as_client: As) -> None:
    give(community, "p-3", "band")
    give(community, "p-1", "points")
    give(community, "p-2", "points", client="shop")
    found = look_up(as_client("bank"), "q-1", "p-3", "p-1", "p-2", "p-6", "nobody", "p-1").json()
    assert [(each["entity"], each["what"]) for each in found["ratings"]] == [("p-1", "points"), ("p-3", "band")]
    assert found["missing"] == ["nobody", "p-2", "p-6", "q-1"]
    refusals.put_on_record(community)
    outcomes = {
        row["a.ledger"]: row["outcomes"]
        for row in community.statement("MATCH (a:Access) RETURN a.ledger, collect(a.outcome) AS outcomes")
    }
    assert outcomes == {
        "reliability|": ["not-a-member"],
        "reliability|p-1": ["answered"],
        "reliability|p-2": ["no-grant"],
        "reliability|p-3": ["answered"],
        "reliability|p-6": ["no-grant"],
    }
    assert verify(community).holds


def test_what_leaves_of_several_is_what_the_model_says(community: Database, as_client: As) -> None:
    """It is written without the check of the model, which took most of the time of a thousand."""
    for entity, what in (("p-1", "points"), ("p-2", "band"), ("p-3", "reasons"), ("a|b", "points")):
        give(community, entity, what)  # type: ignore[arg-type]
    community.statement("MATCH (m:Membership {id: 'reliability|a|b'}) SET m.contested = 'c-1'")
    try:
        answer = look_up(as_client("bank"), "p-1", "p-2", "p-3", "a|b", "nobody \u00e9\U0001f600")
    finally:
        community.statement("MATCH (m:Membership {id: 'reliability|a|b'}) REMOVE m.contested")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.text == Found.model_validate_json(answer.content).model_dump_json(exclude_none=True)
    assert [each["what"] for each in answer.json()["ratings"]] == ["points", "points", "band", "reasons"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"ids": ["p-1"]}, "body.purpose"),
        ({"ids": [], "purpose": PURPOSE}, "body.ids"),
        ({"ids": ["x"] * 1001, "purpose": PURPOSE}, "body.ids"),
        ({"ids": ["p-1", ""], "purpose": PURPOSE}, "body.ids.1"),
        ({"ids": ["p-1"], "purpose": ""}, "body.purpose"),
        ({"ids": ["p-1"], "purpose": PURPOSE, "sort": "points"}, "body.sort"),
    ],
)
def test_a_lookup_that_does_not_hold_is_refused_saying_where(
    community: Database, as_client: As, body: dict[str, Any], where: str
) -> None:
    answer = as_client("bank").post(LOOKUP, json=body)
    assert answer.status_code == 422
    assert [each["where"] for each in answer.json()["errors"]] == [where]


def test_no_answer_of_a_client_is_kept_on_the_way(community: Database, as_client: As) -> None:
    give(community, "p-1")
    bank = as_client("bank")
    answers = [granted(bank, "p-1"), granted(bank, "p-2"), granted(bank, "p-1", "hiring"), look_up(bank, "p-1")]
    assert [answer.status_code for answer in answers] == [200, 404, 403, 200]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


# Organisations ---------------------------------------------------------------------------------------


@pytest.fixture
def organisations_open(community: Database) -> Iterator[Database]:
    text = POLICY.text.replace('version = "2"', 'version = "open"', 1) + "\n[access]\nopen_organisations = true\n"
    publishing.publish(community, scheme.parse(text, "open.toml"))
    yield community
    publishing.publish(community, POLICY)


def test_organisations_are_open_to_clients_where_the_policy_says_so(
    organisations_open: Database, as_client: As
) -> None:
    told = granted(as_client("bank"), "o/5 Nord").json()
    assert (told["what"], "whole_points" in told, "parts" in told) == ("points", True, False)
    assert last(organisations_open, "reliability|o/5 Nord").what == "points"
    assert granted(as_client("bank"), "p-1").status_code == 404
    assert granted(as_client("bank"), "o/5 Nord", "hiring").status_code == 403
    give(organisations_open, "o/5 Nord", "band")
    assert granted(as_client("bank"), "o/5 Nord").json()["what"] == "points", "a grant takes nothing away"
    give(organisations_open, "o/5 Nord", "reasons")
    assert granted(as_client("bank"), "o/5 Nord").json()["what"] == "reasons"


def test_a_sole_trader_counts_as_a_person(organisations_open: Database, as_client: As) -> None:
    organisations_open.statement("MATCH (e:Entity {id: 'o/5 Nord'}) SET e:SoleTrader")
    try:
        assert granted(as_client("bank"), "o/5 Nord").status_code == 404
    finally:
        organisations_open.statement("MATCH (e:Entity {id: 'o/5 Nord'}) REMOVE e:SoleTrader")


def test_organisations_are_persons_where_the_policy_says_nothing(community: Database, as_client: As) -> None:
    assert granted(as_client("bank"), "o/5 Nord").status_code == 404


# Purposes, and the record ----------------------------------------------------------------------------


def test_a_read_is_on_record_with_who_and_what_for(community: Database, as_client: As) -> None:
    give(community, "p-1", "band")
    before = datetime.now(UTC)
    granted(as_client("bank"), "p-1")
    found = last(community, "reliability|p-1")
    assert (found.who, found.role, found.purpose) == ("bank", "client", PURPOSE)
    assert (found.what, found.outcome) == ("band", "answered")
    assert before <= found.at <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("entity", "ledger"),
    [("p-1", "reliability|p-1"), ("p-2", "reliability|p-2"), ("q-1", "reliability|"), ("x", "reliability|")],
)
@pytest.mark.parametrize("purpose", ["hiring", PURPOSE.upper(), PURPOSE + "."])
def test_another_purpose_is_refused_for_any_entity_and_on_record(
    community: Database, as_client: As, entity: str, ledger: str, purpose: str
) -> None:
    give(community, "p-1", "reasons")
    asking: list[Callable[[], httpx.Response]] = [
        lambda: granted(as_client("bank"), entity, purpose),
        lambda: look_up(as_client("bank"), entity, purpose=purpose),
    ]
    for ask in asking:
        answer = ask()
        assert answer.status_code == 403
        assert answer.json()["code"] == "purpose-mismatch"
        assert answer.json()["detail"] == f"{purpose!r} is not a purpose of 'reliability': its policy lists them"
        found = last(community, ledger)
        assert (found.purpose, found.outcome) == (refusals.ANOTHER_PURPOSE, "purpose-mismatch")
        assert community.statement("MATCH (a:Access) RETURN a.id AS id") == [{"id": found.id}]
        community.statement("MATCH (n:Access|Ledger) DETACH DELETE n")


def test_nobody_writes_to_a_member_by_asking(community: Database, as_client: As) -> None:
    for text in ("p-1 IS A THIEF", "and so is p-2", "\x1b[2J\r\n\u202e=cmd" + "x" * 500):
        assert granted(as_client("bank"), "p-1", text).status_code == 403
    assert last(community, "reliability|p-1").purpose == refusals.ANOTHER_PURPOSE
    assert "THIEF" not in str(community.statement("MATCH (a:Access|Refusal) RETURN properties(a) AS a"))
    assert verify(community).holds


def test_what_cannot_be_recorded_is_not_told(community: Database, as_client: As) -> None:
    give(community, "p-1", "reasons")
    assert granted(as_client("bank"), "p-1").status_code == 200
    community.statement("MATCH (l:Ledger {id: 'reliability|p-1'}) SET l.head = 'x'")
    for answer in (granted(as_client("bank"), "p-1"), look_up(as_client("bank"), "p-1", "p-2")):
        assert (answer.status_code, answer.json()["code"]) == (503, "not-recorded")
        assert "p-1" not in answer.text
        assert "band" not in answer.text


REFUSED = "MATCH (a:Access {ledger: 'reliability|'}) RETURN properties(a) AS record ORDER BY a.number"
LOCKED = ("reliability|", "reliability|p-2", "|", "|p-2")


@pytest.mark.slow
def test_a_refused_request_is_one_record_that_says_how_many_ids_and_their_hash(
    community: Database, as_client: As
) -> None:
    """Invented ids once filled the store with a record each."""
    bank, ids = as_client("bank"), [f"invented-{n}" for n in range(1000)]
    for _ in range(2):
        assert look_up(bank, *ids).json()["missing"] == sorted(ids)
    look_up(bank, *ids[:-1])
    look_up(bank, *ids, purpose="hiring")
    refusals.put_on_record(community)
    found = [log.access_of(row["record"]) for row in community.statement(REFUSED)]
    assert [each.outcome for each in found] == ["not-a-member"] * 3 + ["purpose-mismatch"]
    counts, hashes = zip(*(each.what.removeprefix("nothing of ").split(" ids, ") for each in found), strict=True)
    assert counts == ("1,000", "1,000", "999", "1,000")
    assert hashes[0] == hashes[1] == hashes[3] != hashes[2]
    assert not community.statement(
        "MATCH (n) WHERE any(key IN keys(n) WHERE n[key] IS :: STRING AND n[key] CONTAINS 'invented') RETURN n"
    )
    assert verify(community).holds


def test_somebody_who_asks_again_and_again_is_on_record_as_often_as_it_asked(
    community: Database, as_client: As
) -> None:
    for _ in range(7):
        assert granted(as_client("bank"), "p-2").status_code == 404
    refusals.put_on_record(community)
    rows = community.statement("MATCH (a:Access {ledger: 'reliability|p-2'}) RETURN a.what AS what")
    times = [int(row["what"].removesuffix(" times").partition(", ")[2] or 1) for row in rows]
    assert sum(times) == 7


def test_a_refusal_waits_for_nobody_for_any_entity(community: Database, as_client: As) -> None:
    """With two probes, the time that it waited once told who takes part."""
    granted(as_client("bank"), "p-2")
    granted(as_client("bank"), "somebody")
    refusals.put_on_record(community)
    asking: list[Callable[[str], httpx.Response]] = [
        lambda entity: granted(as_client("shop"), entity),
        lambda entity: granted(as_client("shop"), entity, "hiring"),
        lambda entity: look_up(as_client("shop"), entity),
        lambda entity: as_client("shop").get(f"/v1/entities/{entity}/standing", params={"purpose": PURPOSE}),
    ]
    with community.rolled_back() as holder:
        for ledger in LOCKED:
            holder.run("hold_ledger", id=ledger)
        holder.run("hold_entities", entities=["p-2"])
        for ask in asking:
            assert len({ask(entity).status_code for entity in ("p-2", "somebody")}) == 1
        assert refused_now(community) == 8
    assert [last(community, ledger).who for ledger in LOCKED] == ["shop"] * 4


def refused_now(database: Database) -> int:
    """How many refusals are noted, and not on record yet."""
    return int(database.statement("MATCH (r:Refusal) RETURN count(r) AS n")[0]["n"])


# What is not open ------------------------------------------------------------------------------------

# Of each of these nothing is open to the client `bank`, each for another reason.
CLOSED = {
    "no grant": "p-2",
    "revoked": "p-3",
    "over": "p-4",
    "for another client": "o/5 Nord",
    "for another purpose": "a|b",
    "not rated yet": "p-6",
    "no member": "q-1",
    "nobody": "somebody",
}


@pytest.fixture
def closed(community: Database) -> Database:
    revoke(community, give(community, "p-3"))
    past = datetime.now(UTC) - timedelta(days=2)
    give(community, "p-4", now=past, until=past + timedelta(days=1))
    give(community, "o/5 Nord", client="shop")
    give(community, "a|b", purpose=POLICY.purpose[1])
    give(community, "p-6")
    return community


@pytest.mark.slow
def test_what_is_not_open_is_the_same_answer_whatever_the_reason(closed: Database, as_client: As) -> None:
    seen = set()
    for why, entity in CLOSED.items():
        answer = granted(as_client("bank"), entity)
        body = answer.json()
        assert (answer.status_code, body["detail"]) == (404, ONE_TEXT), why
        del body["instance"]
        headers = {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}
        seen.add((str(body), str(headers)))
        assert look_up(as_client("bank"), entity).json() == {
            "scheme": "reliability",
            "ratings": [],
            "missing": [entity],
        }
    assert len(seen) == 1


def test_a_scheme_that_is_not_there_is_said_in_the_same_way_for_any_entity(
    closed: Database, as_client: As
) -> None:
    seen = set()
    for entity in ("p-1", *CLOSED.values()):
        body = granted(as_client("bank"), entity, scheme_id="lost").json()
        del body["instance"]
        seen.add((body["detail"], str(body)))
    assert [detail for detail, _ in seen] == [
        "there is no scheme 'lost': GET /v1/schemes lists those that there are"
    ]


def test_another_purpose_is_the_same_answer_for_any_entity(closed: Database, as_client: As) -> None:
    give(closed, "p-1")
    seen = set()
    for entity in ("p-1", *CLOSED.values()):
        answer = granted(as_client("bank"), entity, "hiring")
        body = answer.json()
        del body["instance"]
        headers = {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}
        seen.add((answer.status_code, str(body), str(headers)))
    assert len(seen) == 1


@pytest.mark.slow
@pytest.mark.parametrize("purpose", [PURPOSE, "hiring"])
def test_no_refusal_leaves_before_a_whole_step_is_over(closed: Database, as_client: As, purpose: str) -> None:
    for entity in CLOSED.values():
        began = time.perf_counter()
        assert granted(as_client("bank"), entity, purpose).status_code in (403, 404)
        assert time.perf_counter() - began >= constant_time.STEP_SECONDS


def test_a_lookup_in_which_something_is_not_open_leaves_at_a_step_for_each_25_ids(
    closed: Database, as_client: As
) -> None:
    give(closed, "p-1")
    for others, steps in ((1, 1), (25, 2)):
        for entity in ("p-1", "p-2", "somebody"):
            began = time.perf_counter()
            answer = look_up(as_client("bank"), entity, *(f"x-{n}" for n in range(others)))
            assert answer.status_code == 200
            assert time.perf_counter() - began >= steps * constant_time.STEP_SECONDS


@pytest.mark.slow
@pytest.mark.parametrize("purpose", [PURPOSE, "hiring"])
def test_what_is_not_open_takes_the_same_time_whatever_the_reason(
    closed: Database, as_client: As, purpose: str
) -> None:
    bank, shuffled = as_client("bank"), random.Random(20)
    took: dict[str, list[float]] = {why: [] for why in CLOSED}
    for _ in range(120):
        # in any order, so that whatever else the machine does meets all alike
        for why, entity in shuffled.sample(sorted(CLOSED.items()), len(CLOSED)):
            began = time.perf_counter()
            assert granted(bank, entity, purpose).status_code in (403, 404)
            took[why].append(time.perf_counter() - began)
    medians = {why: statistics.median(each) for why, each in took.items()}
    assert max(medians.values()) <= 1.1 * min(medians.values()), medians
    assert kruskal(*took.values()).pvalue > 0.001
    for why, each in took.items():
        assert mannwhitneyu(each, took["nobody"]).pvalue > 0.001, why


# A grant that ends -----------------------------------------------------------------------------------


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, float]]:
    """(status, when) of each answer of `granted`, as it was handed to the network; and that takes a while."""
    found: list[tuple[int, float]] = []
    send = Response.__call__

    async def slowly(self: Response, scope: Scope, receive: Receive, out: Send) -> None:
        ours = scope["path"].endswith("/granted")
        if ours:
            await asyncio.sleep(0.02)
        await send(self, scope, receive, out)
        if ours:
            found.append((self.status_code, time.perf_counter()))

    monkeypatch.setattr(Response, "__call__", slowly)
    return found


@pytest.mark.slow
def test_after_a_grant_was_ended_no_answer_leaves(
    community: Database, as_client: As, as_member: As, sent: list[tuple[int, float]]
) -> None:
    """Clients read on as fast as they can, and every answer had left when the revocation was answered."""
    bank, member = as_client("bank"), as_member("p-1")
    for _ in range(4):
        given = give(community, "p-1")
        done = threading.Event()
        readers = [threading.Thread(target=_read_on, args=[bank, done]) for _ in range(4)]
        sent.clear()
        for reader in readers:
            reader.start()
        while len(sent) < 8:
            time.sleep(0.002)
        assert member.delete(f"/v1/me/grants/{given.id}").status_code == 200
        ended = time.perf_counter()
        time.sleep(0.2)
        done.set()
        for reader in readers:
            reader.join()
        assert max(when for status, when in sent if status == 200) <= ended
        assert {status for status, when in sent if when > ended} == {404}


def _read_on(client: httpx.Client, done: threading.Event) -> None:
    while not done.is_set():
        granted(client, "p-1")


def test_a_member_that_ends_nothing_waits_for_nobody(community: Database, as_client: As, as_member: As) -> None:
    """Ending an ended grant again and again once made others wait for their own withdrawal."""
    given = give(community, "p-1")
    revoke(community, given)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UnderWay, "let_leave", lambda *_: pytest.fail("it waits"))
        for _ in range(2):
            answer = as_member("p-1").delete(f"/v1/me/grants/{given.id}")
            assert (answer.status_code, answer.json()["revoked"] is None) == (200, False)


def test_a_member_that_ends_something_waits_for_answers_about_itself_alone() -> None:
    under_way = UnderWay()
    about_others, not_known = under_way.begin(), under_way.begin()
    under_way.narrow(about_others, ["p-2", "p-3"])
    began = time.perf_counter()
    threading.Timer(0.2, under_way.narrow, [not_known, ["p-4"]]).start()
    under_way.let_leave("p-1")
    assert 0.1 < time.perf_counter() - began < LONGEST_WAIT_SECONDS
    began = time.perf_counter()
    threading.Timer(0.2, under_way.end, [about_others]).start()
    under_way.let_leave("p-2")
    assert 0.1 < time.perf_counter() - began < LONGEST_WAIT_SECONDS


def test_a_revocation_waits_no_longer_than_it_says_for_a_slow_reader() -> None:
    under_way = UnderWay()
    for _ in range(2):
        under_way.begin()
    began = time.perf_counter()
    under_way.let_leave()
    assert LONGEST_WAIT_SECONDS <= time.perf_counter() - began < 2 * LONGEST_WAIT_SECONDS
