"""What the API says about schemes."""

import tomllib

import httpx

from graph.policy import scheme
from graph.store.client import Database
from tests.api.conftest import AS_OF


def test_schemes_are_listed_by_id_with_their_last_run(community: Database, api: httpx.Client) -> None:
    schemes = api.get("/v1/schemes").json()["schemes"]
    assert [each["id"] for each in schemes] == ["own-conduct", "reliability", "trading"]
    own, reliability, trading = schemes
    assert own["run"] != reliability["run"]
    assert own["as_of"] == reliability["as_of"] == f"{AS_OF:%Y-%m-%dT%H:%M:%SZ}"
    assert trading["run"] is None
    assert trading["as_of"] is None
    assert {each["hash"] for each in schemes} == {scheme.read(each["id"]).hash for each in schemes}


def test_a_scheme_shows_its_whole_policy_and_the_hash_of_what_it_says(
    community: Database, api: httpx.Client
) -> None:
    shipped = scheme.read("reliability")
    found = api.get("/v1/schemes/reliability").json()
    assert found["text"] == shipped.text
    assert scheme.parse(found["text"], "the answer").hash == found["hash"] == shipped.hash
    assert found["policy"] == tomllib.loads(shipped.text)
    assert found["versions"] == [{"version": shipped.version, "hash": shipped.hash}]
    assert found["notice"] == shipped.notice_id


def test_a_scheme_that_is_not_published_is_not_found(community: Database, api: httpx.Client) -> None:
    answer = api.get("/v1/schemes/sesame-2018")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"
    assert "no scheme 'sesame-2018' is published" in answer.json()["detail"]
