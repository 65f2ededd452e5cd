"""Each answer has the id of its request; so do its problem and its lines of the log, which are JSON."""

import io
import json
import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.http.log_lines import Lines
from api.http.log_rate import OnceASecond
from api.request_ids import HEADER
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store.client import Database
from tests.api.conftest import serve


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the service writes, as `innercircle serve` has it."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.addFilter(OnceASecond())
    handler.setFormatter(Lines())
    logging.getLogger("innercircle").addHandler(handler)
    requests = logging.getLogger("innercircle.requests")
    before = requests.level
    yield text
    requests.setLevel(before)
    logging.getLogger("innercircle").removeHandler(handler)


def lines(text: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.getvalue().splitlines()]


@pytest.fixture
def away(tmp_path: Path) -> Iterator[httpx.Client]:
    with serve(lambda: Database("bolt://127.0.0.1:1", "x", "x"), settings=Settings(home=tmp_path)) as client:
        yield client


def test_the_answer_its_problem_and_its_line_of_the_log_have_one_id(away: httpx.Client, log: io.StringIO) -> None:
    answer = away.get("/v1/schemes")
    assert answer.status_code == 503
    id_ = answer.headers[HEADER]
    assert answer.json()["instance"] == f"urn:uuid:{id_}"
    mine = [each for each in lines(log) if each.get("request") == id_]
    assert mine
    assert all(each["level"] == "error" and "store-unavailable" in each["says"] for each in mine)
    assert all(each["at"].endswith("Z") and each["log"] == "innercircle.api" for each in mine)


@pytest.mark.parametrize(
    "path", ["/livez", "/lost", "/v1/me", "/v1/schemes/Not-One", "/me", "/problems/lost", "/openapi.json"]
)
def test_every_answer_has_an_id_of_its_own_and_none_that_the_caller_sent(away: httpx.Client, path: str) -> None:
    sent = "00000000-0000-4000-8000-000000000000"
    answers = [away.get(path, headers={HEADER: sent, "Accept": "application/json"}) for _ in range(2)]
    ids = {each.headers[HEADER] for each in answers}
    assert len(ids) == 2
    assert sent not in ids
    for each in answers:
        if each.headers["content-type"] == "application/problem+json":
            assert each.json()["instance"] == f"urn:uuid:{each.headers[HEADER]}"


def test_each_request_has_a_line_if_the_settings_say_so_and_it_tells_nothing_of_whom_it_is_about(
    settings: Settings, server: Server, log: io.StringIO
) -> None:
    asked = settings.model_copy(update={"api_log_requests": True})
    with serve(partial(connect, settings), settings=asked) as client:
        ids = [client.get("/v1/schemes/secret-1/ratings/secret-2?x=secret-3").headers[HEADER] for _ in range(3)]
        ids.append(client.request("SECRET4", "/secret-5").headers[HEADER])
    told = [each for each in lines(log) if each["log"] == "innercircle.requests"]
    assert [each["request"] for each in told] == ids
    assert {(each["method"], each["route"], each["status"]) for each in told} == {
        ("GET", "/v1/schemes/{scheme}/ratings/{entity}", 401),
        ("other", "none", 404),
    }
    assert all(each["seconds"] >= 0 for each in told)
    assert "secret" not in log.getvalue().lower()


def test_without_that_setting_no_request_has_a_line(away: httpx.Client, log: io.StringIO) -> None:
    away.get("/livez")
    assert lines(log) == []


def test_a_line_is_one_line_whatever_is_said_and_of_an_exception_it_has_no_message(
    log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    # else pytest keeps the text for its report, and a worker of xdist cannot send one that is not UTF-8
    monkeypatch.setattr(logging.getLogger("innercircle"), "propagate", False)
    try:
        int("the secret")
    except ValueError:
        logging.getLogger("innercircle.api").exception('two\nlines, "quoted" \u2028 and \udce9')
    [line] = log.getvalue().splitlines()
    told = json.loads(line)
    assert told["says"] == 'two\nlines, "quoted" \u2028 and \udce9'
    assert "secret" not in line
    assert "ValueError at tests/api/test_log_lines.py" in told["after"]
    assert "request" not in told
