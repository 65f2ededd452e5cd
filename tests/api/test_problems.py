"""Failures as problem documents."""

from collections.abc import Iterator

import httpx
import pytest

from api.problems import CATALOGUE, KINDS, UNEXPECTED, WEB
from graph import errors
from graph.errors import InnerCircleError, StoreUnavailable
from graph.store.client import Database
from tests.api.conftest import serve


def leaves(kind: type[InnerCircleError] = InnerCircleError) -> Iterator[type[InnerCircleError]]:
    """Every class of the tree that has none of the tree below it."""
    below = [each for each in kind.__subclasses__() if each.__module__ == errors.__name__]
    if not below:
        yield kind
    for each in below:
        yield from leaves(each)


def an_error(kind: type[InnerCircleError]) -> InnerCircleError:
    if kind is errors.NotConverged:
        return errors.NotConverged("the secret", sweeps=1, bound=0.1)
    if kind is errors.QueryFileInvalid:
        return errors.QueryFileInvalid("the secret", file="x.cypher")
    return kind("the secret")


class Failing:
    """Opens no database: fails with whatever it was told to."""

    def __init__(self) -> None:
        self.error: Exception = StoreUnavailable("away")

    def __call__(self) -> Database:
        raise self.error


@pytest.fixture(scope="module")
def failing() -> Failing:
    return Failing()


@pytest.fixture(scope="module")
def failing_api(failing: Failing) -> Iterator[httpx.Client]:
    with serve(failing) as client:
        yield client


def test_every_leaf_of_the_error_tree_has_a_status() -> None:
    assert set(KINDS) == set(leaves())


def test_no_two_kinds_of_problem_share_a_code() -> None:
    assert len(CATALOGUE) == len(KINDS) + len(WEB)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_kind_says_what_to_do_or_passes_on_the_message(code: str) -> None:
    kind = CATALOGUE[code]
    assert 400 <= kind.status < 600
    assert bool(kind.advice) != bool(kind.example)


@pytest.mark.parametrize("kind", [*KINDS])
def test_every_failure_is_answered_with_its_status(
    failing: Failing, failing_api: httpx.Client, kind: type[InnerCircleError], caplog: pytest.LogCaptureFixture
) -> None:
    failing.error = an_error(kind)
    answer = failing_api.get("/v1/schemes")
    problem = answer.json()
    if kind is errors.ParameterError:  # of the database's address, and so no fault of the request
        kind = errors.SettingInvalid
    if kind is errors.QueryRejected:  # of a question so simple that no answer to it is none to any
        kind = errors.StoreUnavailable
    expected = KINDS[kind]
    assert (answer.status_code, problem["status"]) == (expected.status, expected.status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers.get("Retry-After") == (expected.retry_seconds and str(expected.retry_seconds))
    assert answer.headers.get("WWW-Authenticate") == ("Bearer" if expected.status == 401 else None)
    assert (problem["code"], problem["title"]) == (kind.code, expected.title)
    # What is not told is in the log, beside the instance that the answer names.
    if expected.advice:
        assert problem["detail"] == expected.advice
        assert any(problem["instance"] in line and "the secret" in line for line in caplog.messages)
    else:
        assert "the secret" in problem["detail"]


def test_an_unexpected_error_tells_nothing_of_the_service(
    failing: Failing, failing_api: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    failing.error = RuntimeError("the secret")
    answer = failing_api.get("/v1/schemes")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == UNEXPECTED
    assert "secret" not in answer.text
    # what an error says may be anybody's id or name, so the log has what it is and where it came from
    assert "secret" not in caplog.text
    (told,) = (line for line in caplog.messages if answer.json()["instance"] in line)
    assert "RuntimeError" in told
    assert "tests/api/test_problems.py" in told
    assert "in __call__" in told


def test_an_unexpected_error_that_another_one_caused_is_told_with_both(
    failing: Failing, failing_api: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    failing.error = RuntimeError("the secret")
    failing.error.__cause__ = KeyError("the other secret")
    assert failing_api.get("/v1/schemes").status_code == 500
    (told,) = (line for line in caplog.messages if "RuntimeError" in line)
    assert "KeyError" in told
    assert "secret" not in caplog.text


def test_after_an_unexpected_error_the_connection_goes_on(failing: Failing, failing_api: httpx.Client) -> None:
    failing.error = RuntimeError("the secret")
    answers = [failing_api.get("/v1/schemes"), failing_api.get("/livez")]
    assert [answer.status_code for answer in answers] == [500, 200]
    assert answers[0].headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_the_type_of_a_problem_leads_to_its_explanation(failing_api: httpx.Client, code: str) -> None:
    explained = failing_api.get(f"/problems/{code}").json()
    assert (explained["code"], explained["status"]) == (code, CATALOGUE[code].status)
    assert explained["title"]
    assert explained["detail"]


def test_an_unknown_problem_is_not_found(failing_api: httpx.Client) -> None:
    assert failing_api.get("/problems/lost").json()["code"] == "not-found"


@pytest.mark.parametrize("path", ["/v1", "/v2/schemes", "/v1/schemes/", "/docs", "/redoc"])
def test_an_unknown_route_is_a_problem(failing_api: httpx.Client, path: str) -> None:
    answer = failing_api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "no-route")
    assert answer.json()["type"] == "/problems/no-route"


def test_a_method_that_a_route_does_not_take_is_a_problem_that_says_which_it_takes(
    failing_api: httpx.Client,
) -> None:
    answer = failing_api.delete("/v1/schemes")
    assert (answer.status_code, answer.json()["code"]) == (405, "no-method")
    assert answer.headers["Allow"] == "GET, HEAD"
    assert answer.json()["detail"] == "/v1/schemes does not take DELETE"


def test_every_occurrence_of_a_problem_has_a_name_of_its_own(failing_api: httpx.Client) -> None:
    names = {failing_api.get("/v2").json()["instance"] for _ in range(3)}
    assert len(names) == 3
    assert all(name.startswith("urn:uuid:") for name in names)
