"""/openapi.json says what is true of every route."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest

from api.problems import CATALOGUE, MEDIA_TYPE
from graph import __version__
from graph.policy import scheme
from graph.rights import contests, disputes, grants
from graph.store.client import Database
from tests.api.conftest import As, once_only
from tests.api.document import DOCUMENT
from tests.api.openapi_schema import check


class Operation(NamedTuple):
    method: str
    path: str
    told: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.told["operationId"])

    @property
    def role(self) -> str | None:
        """One that may ask; None: anybody may."""
        for each in self.told.get("security", []):
            return str(each["token"][0])
        return None


def operations() -> Iterator[Operation]:
    for path, methods in DOCUMENT["paths"].items():
        for method, told in methods.items():
            yield Operation(method, path, told)


OPERATIONS = {operation.id: operation for operation in operations()}

# Routes that answer with a file: what it can be.
FILES = {
    "make_report": ["application/jose", "text/html"],
    "get_archive": ["application/zip"],
    "get_metrics": ["text/plain; version=0.0.4; charset=utf-8"],
}

# What to ask each route for: the values of its path, its body, and the status to come.
LOOKUP = "look_up_ratings"
PURPOSE = scheme.read("reliability").purpose[0]
GRANT = {
    "scheme": "reliability",
    "client": "a bank",
    "purpose": PURPOSE,
    "what": "band",
    "until": f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}",
}
REPORT = {"scheme": "reliability", "audience": "Bank of the valley", "purpose": PURPOSE}
DISPUTE = {"kind": "visits", "fact": "v-1", "statement": "No."}
DECISION = {"upheld": False, "reason": "Seen."}
REQUESTS: list[tuple[str, dict[str, str], Any, int]] = [
    ("list_schemes", {}, None, 200),
    ("show_scheme", {"scheme": "reliability"}, None, 200),
    ("show_scheme", {"scheme": "own-conduct"}, None, 200),
    ("show_scheme", {"scheme": "trading"}, None, 200),
    ("show_scheme", {"scheme": "lost"}, None, 404),
    ("show_scheme", {"scheme": "Not-One"}, None, 422),
    *(
        ("open_rating", {"scheme": "reliability", "entity": each}, None, 200)
        for each in ("p-1", "p-2", "o/5 Nord")
    ),
    ("open_rating", {"scheme": "own-conduct", "entity": "p-3"}, None, 200),
    ("open_rating", {"scheme": "reliability", "entity": "q-1"}, None, 404),
    ("open_rating", {"scheme": "reliability", "entity": "x" * 201}, None, 422),
    *(("explain_rating", {"scheme": "reliability", "entity": each}, None, 200) for each in ("p-1", "o/5 Nord")),
    ("explain_rating", {"scheme": "reliability", "entity": "q-1"}, None, 404),
    ("explain_rating", {"scheme": "Not-One", "entity": "p-1"}, None, 422),
    *(
        ("ask_what_if", {"scheme": "reliability", "entity": each}, {"kind": "lift"}, 200)
        for each in ("p-4", "o/5 Nord")
    ),
    (
        "ask_what_if",
        {"scheme": "reliability", "entity": "p-1"},
        {"kind": "without-contact", "contact": "p-2"},
        200,
    ),
    ("ask_what_if", {"scheme": "reliability", "entity": "q-1"}, {"kind": "lift"}, 404),
    ("ask_what_if", {"scheme": "reliability", "entity": "p-1"}, {"kind": "no-such"}, 422),
    ("rating_history", {"scheme": "reliability", "entity": "p-1"}, None, 200),
    ("rating_history", {"scheme": "reliability", "entity": "q-1"}, None, 404),
    (LOOKUP, {"scheme": "reliability"}, {"ids": ["p-1", "p-2", "q-1"], "purpose": PURPOSE}, 200),
    (LOOKUP, {"scheme": "lost"}, {"ids": ["p-1"], "purpose": PURPOSE}, 404),
    (LOOKUP, {"scheme": "reliability"}, {"ids": ["p-1"], "purpose": "hiring"}, 403),
    (LOOKUP, {"scheme": "reliability"}, {"ids": [1, 2, ""]}, 422),
    ("granted_rating", {"scheme": "reliability", "entity": "p-1", "purpose": PURPOSE}, None, 200),
    ("granted_rating", {"scheme": "reliability", "entity": "p-2", "purpose": PURPOSE}, None, 404),
    ("granted_rating", {"scheme": "reliability", "entity": "p-1", "purpose": "hiring"}, None, 403),
    ("granted_rating", {"scheme": "reliability", "entity": "p-1"}, None, 422),
    ("give_grant", {}, GRANT, 201),
    ("give_grant", {}, GRANT | {"purpose": "hiring"}, 403),
    ("give_grant", {}, GRANT | {"scheme": "lost"}, 404),
    ("give_grant", {}, GRANT | {"until": "2020-01-01T00:00:00Z"}, 422),
    ("list_grants", {}, None, 200),
    ("revoke_grant", {"grant": "g-1"}, None, 200),
    ("revoke_grant", {"grant": "lost"}, None, 404),
    ("list_accesses", {}, None, 200),
    ("verify_accesses", {}, None, 200),
    ("verify_accesses", {"scheme": "reliability"}, None, 200),
    ("verify_accesses", {"scheme": "lost"}, None, 404),
    ("show_entity_ratings", {"entity": "p-1"}, None, 200),
    ("show_entity_ratings", {"entity": "q-1"}, None, 200),
    ("show_entity_ratings", {"entity": "nobody"}, None, 404),
    ("show_standing", {"entity": "p-1"}, None, 200),
    ("show_standing", {"entity": "p-2"}, None, 404),
    ("find_organisation", {"number": "5493001KJTIIGC8Y1R12"}, None, 200),
    ("find_organisation", {"number": "529900T8BM49AURSDO55"}, None, 404),
    ("find_organisation", {"number": "5493001KJTIIGC8Y1R13"}, None, 422),
    ("open_dispute", {}, DISPUTE, 201),
    ("open_dispute", {}, DISPUTE, 409),
    ("open_dispute", {}, DISPUTE | {"fact": "lost"}, 404),
    ("open_dispute", {}, DISPUTE | {"statement": "two\nlines"}, 422),
    ("list_own_disputes", {}, None, 200),
    ("list_disputes", {}, None, 200),
    ("withdraw_dispute", {"dispute": "d-1"}, None, 200),
    ("withdraw_dispute", {"dispute": "d-2"}, None, 404),
    ("decide_dispute", {"dispute": "d-2"}, DECISION, 200),
    ("decide_dispute", {"dispute": "d-2"}, DECISION, 409),
    ("decide_dispute", {"dispute": "lost"}, DECISION, 404),
    ("decide_dispute", {"dispute": "lost"}, {"upheld": True}, 422),
    ("list_told_disputes", {}, None, 200),
    ("answer_dispute", {"dispute": "d-3"}, {"statement": "Yes."}, 201),
    ("answer_dispute", {"dispute": "d-3"}, {"statement": "Yes."}, 409),
    ("answer_dispute", {"dispute": "lost"}, {"statement": "Yes."}, 404),
    ("answer_dispute", {"dispute": "d-3"}, {"statement": ""}, 422),
    ("admit_dispute", {"dispute": "d-4"}, {"admitted": True, "reason": "Seen."}, 200),
    ("admit_dispute", {"dispute": "d-4"}, {"admitted": True, "reason": "Seen."}, 409),
    ("admit_dispute", {"dispute": "lost"}, {"admitted": True, "reason": "Seen."}, 404),
    ("admit_dispute", {"dispute": "d-4"}, {"reason": "Seen."}, 422),
    ("contest_rating", {"scheme": "own-conduct"}, {"statement": "No."}, 201),
    ("contest_rating", {"scheme": "own-conduct"}, {"statement": "No."}, 409),
    ("contest_rating", {"scheme": "lost"}, {"statement": "No."}, 404),
    ("list_own_contests", {}, None, 200),
    ("list_contests", {}, None, 200),
    ("close_contest", {"contest": "c-1"}, {"reason": "Seen."}, 200),
    ("close_contest", {"contest": "c-1"}, {"reason": "Seen."}, 409),
    ("close_contest", {"contest": "lost"}, {"reason": "Seen."}, 404),
    # what p-1 decides is about trading, which has had no run, so that no rating changes
    ("show_me", {}, None, 200),
    ("show_me", {"entity": "nobody"}, None, 200),
    ("join_scheme", {"scheme": "trading"}, {"notice": "2"}, 200),
    ("join_scheme", {"scheme": "trading", "entity": "p-4"}, {"notice": "2"}, 200),
    ("join_scheme", {"scheme": "lost"}, {"notice": "1"}, 404),
    ("join_scheme", {"scheme": "sesame-2018"}, {"notice": "1"}, 404),
    ("join_scheme", {"scheme": "trading"}, {}, 422),
    ("pause_tie", {"scheme": "trading", "contact": "o/5 Nord"}, None, 204),
    ("pause_tie", {"scheme": "trading", "contact": "p-1"}, None, 422),
    ("pause_tie", {"scheme": "lost", "contact": "p-2"}, None, 404),
    ("resume_tie", {"scheme": "trading", "contact": "o/5 Nord"}, None, 204),
    ("resume_tie", {"scheme": "lost", "contact": "p-2"}, None, 404),
    ("set_sharing", {"scheme": "trading"}, {"shares": True}, 204),
    ("set_sharing", {"scheme": "lost"}, {"shares": True}, 404),
    ("set_sharing", {"scheme": "trading"}, {"shares": "perhaps"}, 422),
    ("answer_founding", {"scheme": "trading"}, {"accepts": False}, 204),
    ("answer_founding", {"scheme": "trading"}, {"accepts": True}, 409),
    ("answer_founding", {"scheme": "lost"}, {"accepts": True}, 404),
    ("answer_founding", {"scheme": "trading"}, {"accepts": "perhaps"}, 422),
    ("leave_scheme", {"scheme": "trading"}, None, 204),
    ("leave_scheme", {"scheme": "trading"}, None, 404),
    ("object_to_listing", {}, None, 409),
    ("object_to_listing", {"entity": "nobody"}, None, 200),
    ("withdraw_objection", {"entity": "nobody"}, None, 204),
    ("make_report", REPORT, None, 200),
    ("make_report", REPORT | {"scheme": "lost"}, None, 404),
    ("make_report", REPORT | {"purpose": "hiring"}, None, 403),
    ("make_report", REPORT | {"audience": ""}, None, 422),
    ("get_archive", {}, None, 200),
    ("erase_me", {"entity": "z-9"}, None, 200),
    ("list_keys", {}, None, 200),
    ("live", {}, None, 200),
    ("ready", {}, None, 200),
    ("get_metrics", {}, None, 200),
    ("explain_problem", {"code": "not-found"}, None, 200),
    ("explain_problem", {"code": "lost"}, None, 404),
]


@pytest.fixture(scope="module")
def community(community: Database) -> Database:
    """The community with grants of p-1: to a client of that name, and one that is called g-1."""
    now = datetime.now(UTC)
    for client in ("p-1", "shop"):
        give = partial(grants.grant, scheme="reliability", client=client, purpose=PURPOSE, what="reasons", now=now)
        community.write(partial(give, entity="p-1", until=now + timedelta(days=1)))
    community.statement("MATCH (g:Grant {client: 'shop'}) SET g.id = 'g-1'")
    community.statement("CREATE (:Entity:Person {id: 'z-9'})")  # to be erased
    _dispute(community, now)
    return community


def _dispute(community: Database, now: datetime) -> None:
    """d-1 is p-1's, d-2 is p-2's, and so is d-4, which is proposed; d-3 is p-3's of its debt to p-1, c-1 is p-3's.

    v-1 is a visit of p-1, and the organisation has a number.
    """
    community.statement("MATCH (:Entity {id: 'p-1'})-[v:VISITED]->() SET v.id = 'v-1'")
    community.statement("MATCH (e:Entity {id: 'o/5 Nord'}) SET e.lei = '5493001KJTIIGC8Y1R12'")
    for number, entity in enumerate(("p-1", "p-2"), 1):
        [fact] = community.statement("MATCH (:Entity {id: $id})-[b:BOUGHT]->() RETURN b.id AS id", id=entity)
        own: dict[str, Any] = {"kind": "purchases", "fact": fact["id"], "statement": "No.", "now": now}
        id_, _ = community.write(partial(disputes.dispute, entity=entity, **own))
        community.statement("MATCH (d:Dispute {id: $id}) SET d.id = $to", id=id_, to=f"d-{number}")
    debt: dict[str, Any] = {"entity": "p-3", "kind": "obligations", "statement": "No.", "now": now}
    [fact] = community.statement("MATCH (:Entity {id: 'p-3'})-[o:OWED]->() RETURN o.id AS id")
    id_, _ = community.write(partial(disputes.dispute, fact=fact["id"], **debt))
    community.statement("MATCH (d:Dispute {id: $id}) SET d.id = 'd-3'", id=id_)
    [fact] = community.statement("MATCH (:Entity {id: 'p-2'})-[v:VISITED]->() RETURN v.id AS id")
    for statement in ("No.", "Not at all."):
        seen: dict[str, Any] = {"entity": "p-2", "kind": "visits", "fact": fact["id"], "now": now}
        id_, _ = community.write(partial(disputes.dispute, statement=statement, **seen))
        if statement == "No.":
            community.write(partial(disputes.withdraw, entity="p-2", id_=id_, now=now))
    community.statement("MATCH (d:Dispute {id: $id}) SET d.id = 'd-4'", id=id_)
    contest = partial(contests.contest, entity="p-3", scheme="reliability", statement="No.", now=now)
    community.statement("MATCH (c:Contest {id: $id}) SET c.id = 'c-1'", id=community.write(contest))


def test_the_document_names_the_service_and_its_version(api: httpx.Client) -> None:
    served = api.get("/openapi.json").json()
    assert served == DOCUMENT
    assert served["info"]["title"] == "innercircle"
    assert served["info"]["version"] == __version__


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_route_is_described_with_examples_that_fit_their_schemas(operation: Operation) -> None:
    told = operation.told
    assert told["summary"]
    assert told["description"]
    assert told["tags"]
    for parameter in told.get("parameters", []):
        assert parameter["description"]
        for example in parameter["schema"]["examples"]:
            check(example, parameter["schema"], DOCUMENT)
    if "requestBody" in told:
        _check_examples(told["requestBody"]["content"]["application/json"]["schema"])
    for status, response in told["responses"].items():
        if "content" not in response:
            assert status in ("204", "304")
            continue
        if status == "200" and operation.id in FILES:
            assert list(response["content"]) == FILES[operation.id]
            assert all(each["schema"]["examples"] for each in response["content"].values())
            continue
        (media_type, content), *others = response["content"].items()
        assert not others
        if status in ("200", "201"):
            assert media_type == "application/json"
            _check_examples(content["schema"])
        else:
            assert media_type == MEDIA_TYPE
            for code, example in content["examples"].items():
                check(example["value"], content["schema"], DOCUMENT)
                assert example["value"]["code"] == code
                assert status in (str(CATALOGUE[code].status), "default")
                assert example["value"]["detail"]


def _check_examples(schema: dict[str, Any]) -> None:
    for each in schema.get("oneOf") or schema.get("anyOf") or [schema]:
        name = each["$ref"].rpartition("/")[2]
        examples = DOCUMENT["components"]["schemas"][name]["examples"]
        assert examples, name
        for example in examples:
            check(example, schema, DOCUMENT)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "values", "body", "status"), REQUESTS)
def test_every_answer_fits_what_is_said_of_it(
    community: Database,
    api: httpx.Client,
    as_role: dict[str, As],
    name: str,
    values: dict[str, str],
    body: Any,
    status: int,
) -> None:
    operation = OPERATIONS[name]
    if role := operation.role:
        api = as_role[role](values.get("entity", "p-1") if role == "member" and status < 300 else "p-1")
    path = operation.path.format(**{key: quote(value, safe="") for key, value in values.items()})
    asked = {key: value for key, value in values.items() if f"{{{key}}}" not in operation.path}
    answer = api.request(operation.method, path, params=asked, json=body, headers=once_only())
    assert answer.status_code == status
    if status == 204:
        assert answer.content == b""
        assert "content" not in operation.told["responses"]["204"]
        return
    (media_type, content), *_ = operation.told["responses"][str(status)]["content"].items()
    assert answer.headers["Content-Type"] == media_type
    if media_type not in FILES.get(name, ()):
        check(answer.json(), content["schema"], DOCUMENT)


def test_every_route_is_asked_above() -> None:
    assert {name for name, *_, status in REQUESTS if status < 300} == OPERATIONS.keys()


def test_any_other_failure_fits_what_is_said_of_it(api: httpx.Client) -> None:
    default = OPERATIONS["live"].told["responses"]["default"]["content"][MEDIA_TYPE]["schema"]
    for answer in (api.get("/v2"), api.delete("/livez"), api.get("/livez", headers={"Host": "example.org"})):
        assert answer.headers["Content-Type"] == MEDIA_TYPE
        check(answer.json(), default, DOCUMENT)


def test_a_value_that_does_not_fit_is_told() -> None:
    kind = {"$ref": "#/components/schemas/Alive"}
    for wrong in ({}, {"status": "dead"}, {"status": "alive", "more": 1}):
        with pytest.raises(pytest.fail.Exception):
            check(wrong, kind, DOCUMENT)
