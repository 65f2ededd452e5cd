"""Reports, archives and erasure over HTTP: for the member who asks, and about nobody else."""

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.schemas.base import FOLDER
from graph.audit import log
from graph.disclosure.report import check, read_keys
from graph.facts.load import load
from graph.policy import scheme
from graph.rating.run import rate
from graph.store.client import Database
from tests.api.conftest import AS_OF, FILES, As, once_only
from tests.worlds.all_kept_about_one import dump

PURPOSE = scheme.read("reliability").purpose[0]
ASKED = {"scheme": "reliability", "audience": "Bank of the valley", "purpose": PURPOSE}
REPORT, ARCHIVE, ME = "/v1/me/report", "/v1/me/archive", "/v1/me"
ONE_TEXT = "nothing of this entity is open to you"


def report(member: httpx.Client, accept: str = "*/*", **differs: str) -> httpx.Response:
    return member.post(REPORT, params=ASKED | differs, headers={"Accept": accept})


# Reports ----------------------------------------------------------------------------------------------


def test_a_member_gets_a_report_that_holds_under_the_published_keys(
    community: Database, api: httpx.Client, as_member: As, tmp_path: Path
) -> None:
    answer = report(as_member("p-1"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/jose"
    (tmp_path / "keys.json").write_text(api.get("/v1/keys").text)
    found = check(
        answer.text, read_keys(tmp_path / "keys.json"), now=datetime.now(UTC), audience=ASKED["audience"]
    )
    assert found.holds
    assert found.report
    assert (found.report.subject, found.report.purpose, found.report.issuer) == ("p-1", PURPOSE, "innercircle")


def test_with_accept_html_the_report_is_a_page_that_may_run_and_load_nothing(
    community: Database, as_member: As
) -> None:
    page = report(as_member("p-1"), "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.text.startswith("<!doctype html>")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert report(as_member("p-1"), "application/jose").headers["Content-Type"] == "application/jose"
    assert {each.headers["Vary"] for each in (page, report(as_member("p-1")))} == {"Accept"}


def test_that_a_member_had_a_report_made_is_on_its_record_with_audience_and_purpose(
    community: Database, as_member: As
) -> None:
    before = len(log.accesses(community, "p-2"))
    assert report(as_member("p-2")).status_code == 200
    read, *others = log.accesses(community, "p-2")
    assert len(others) == before
    assert (read.role, read.purpose, read.what) == ("member", PURPOSE, "report for Bank of the valley")
    assert report(as_member("p-2"), purpose="hiring").status_code == 403
    assert len(log.accesses(community, "p-2")) == before + 1


@pytest.mark.parametrize("entity", ["q-1", "nobody"])
def test_without_a_rating_there_is_no_report_and_no_more_is_said(
    community: Database, as_member: As, entity: str
) -> None:
    answer = report(as_member(entity), scheme="reliability")
    assert answer.status_code == 404
    assert answer.json()["detail"] == ONE_TEXT


def test_without_a_scheme_there_is_no_report_and_that_is_said(community: Database, as_member: As) -> None:
    answers = [report(as_member(entity), scheme="lost") for entity in ("p-1", "q-1", "nobody")]
    assert {each.status_code for each in answers} == {404}
    assert all("no scheme 'lost'" in each.json()["detail"] for each in answers)


# Archives ---------------------------------------------------------------------------------------------


def test_a_member_gets_everything_about_itself_and_nobody_else(community: Database, as_member: As) -> None:
    answer = as_member("p-1").get(ARCHIVE)
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        found = json.loads(zipped.read("archive.json"))
    assert found["entity"]["id"] == "p-1"
    assert {row["scheme"] for row in found["tables"]["memberships"]} == {"own-conduct", "reliability", "trading"}
    assert as_member("nobody").get(ARCHIVE).json()["detail"] == ONE_TEXT


def test_papers_are_kept_by_nothing_on_the_way(community: Database, as_member: As) -> None:
    answers = [report(as_member("p-1")), report(as_member("q-1")), as_member("p-1").get(ARCHIVE)]
    answers += [report(as_member("p-1"), "text/html"), as_member("nobody").delete(ME)]
    assert {each.headers["Cache-Control"] for each in answers} == {"no-store"}


@pytest.mark.parametrize("role", ["client", "operator", "reviewer", "auditor"])
def test_papers_are_for_members(community: Database, as_role: dict[str, As], role: str) -> None:
    other = as_role[role]("p-1")
    answers = [report(other), other.get(ARCHIVE), other.delete(ME)]
    assert {each.status_code for each in answers} == {403}


# Erasure ----------------------------------------------------------------------------------------------

LEAVER = "somebody-who-is-erased-over-http"
MORE = {
    "entities": [f"{LEAVER},person"],
    "contacts": [f"{LEAVER},p-4,2026-06-13T10:00:00Z", f"p-4,{LEAVER},2026-06-14T10:00:00Z"],
    "obligations": [f"{LEAVER},p-2,2026-06-20T00:00:00Z,", f"p-4,{LEAVER},2026-06-20T00:00:00Z,"],
    "memberships": [f"{LEAVER},reliability,2026-01-05T00:00:00Z,1"],
}


@pytest.fixture
def leaver(community: Database, tmp_path: Path) -> str:
    """A member who is rated, and whom others were in contact with and owe something."""
    for kind, rows in MORE.items():
        head = FILES[kind].splitlines()[0]
        (tmp_path / f"{kind}.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    assert not any(each.rejected for each in load(community, [tmp_path]))
    rate(community, "reliability", as_of=AS_OF)
    return LEAVER


@pytest.mark.slow
def test_a_member_who_erases_itself_is_gone_from_every_answer_at_once(
    community: Database, as_member: As, as_client: As, leaver: str
) -> None:
    mine, bank = as_member(leaver), as_client("bank")
    until = f"{datetime.now(UTC).year + 1}-01-01T00:00:00Z"
    grant: dict[str, Any] = {"scheme": "reliability", "client": "bank", "purpose": PURPOSE, "what": "points"}
    assert mine.post("/v1/me/grants", json=grant | {"until": until}, headers=once_only()).status_code == 201
    granted = f"/v1/schemes/reliability/ratings/{leaver}/granted"
    assert bank.get(granted, params={"purpose": PURPOSE}).status_code == 200
    asked = {"ids": [leaver, "p-1"], "purpose": PURPOSE}
    looked_up = bank.post("/v1/schemes/reliability/ratings/lookup", json=asked, headers=once_only())
    assert leaver in looked_up.text
    assert any(leaver in each for each in dump(community))

    erased = mine.delete(ME)

    assert erased.status_code == 200
    assert erased.json()["passed_on"] is True
    assert erased.json()["kept"] == 1
    assert erased.json()["gone"]["accesses"] >= 1
    assert [each for each in dump(community) if leaver in each] == []
    assert bank.get(granted, params={"purpose": PURPOSE}).json()["detail"] == ONE_TEXT
    assert mine.get(f"/v1/schemes/reliability/ratings/{leaver}").status_code == 404
    for path in ("/v1/me/grants", "/v1/me/accesses", ARCHIVE):
        answer = mine.get(path)
        assert answer.status_code in (200, 404)
        assert leaver not in answer.text
    for other in ("p-1", "p-2", "p-4"):
        for path in (
            f"/v1/schemes/reliability/ratings/{other}{more}" for more in ("", "/explanation", "/history")
        ):
            assert leaver not in as_member(other).get(path).text
        with zipfile.ZipFile(io.BytesIO(as_member(other).get(ARCHIVE).content)) as zipped:
            assert not any(leaver.encode() in zipped.read(name) for name in zipped.namelist())
    assert mine.delete(ME).json()["detail"] == ONE_TEXT


def test_the_example_of_an_erasure_has_the_kinds_that_an_erasure_tells(
    community: Database, as_member: As, leaver: str
) -> None:
    (example,) = json.loads((FOLDER / "papers.json").read_text(encoding="utf-8")).values()
    answered = as_member(leaver).delete(ME).json()
    assert answered.keys() == example.keys()
    assert answered["gone"].keys() == example["gone"].keys()
