"""A form that is refused comes back filled in and says what to put right; nothing that was written is lost."""

import dataclasses
import re
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest

from api.pages.problems import TYPED
from graph.errors import StoreUnavailable
from graph.identity import Keyring, Role
from graph.settings import Settings
from graph.store.client import Database
from tests.api.conftest import serve
from tests.clock import UNTIL
from tests.pages.conftest import SignIn, link
from tests.pages.test_authorisation import MATRIX_OF_PAGES
from tests.worlds import one_on_a_page

HERE = f"/me/schemes/{one_on_a_page.POLICY.id}"
PURPOSE = one_on_a_page.POLICY.purpose[-1]
TEXT = 'I paid "this" <b>in time</b> & more'


TOLD = """
MATCH (other:Entity {id: 'c-000'})
MATCH (ada:Entity {id: 'ada'})
CREATE (other)-[:OPENED]->(:Dispute {id: 'd-told', kind: 'contacts', fact: 'gone', statement: 'No.', state: 'open',
                                     opened: datetime()})-[:TOLD]->(ada)
"""


@pytest.fixture(scope="module")
def ada(database: Database) -> Database:
    one_on_a_page.made(database, contacts=3, more=40)
    database.statement(TOLD)
    return database


class Fields(HTMLParser):
    """The fields of the forms of a page, what stands in them, and which are marked; and all ids."""

    def __init__(self, html: str):
        super().__init__()
        self.values, self.marked, self.ids = dict[str, str](), dict[str, str](), set[str]()
        self._into: str | None = None
        self._text = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.add(found["id"] or "")
        name = found.get("name") or ""
        if tag in ("input", "textarea", "select"):
            self.values[name] = found.get("value") or ""
            self._into = name
            if found.get("aria-invalid") == "true":
                self.marked[name] = found.get("aria-describedby") or ""
        elif tag == "option" and "selected" in found:
            self.values[self._into or ""] = found.get("value") or ""
        self._text = tag == "textarea" or (tag == "option" and "selected" in found and "value" not in found)

    def handle_data(self, data: str) -> None:
        if self._text and self._into:
            self.values[self._into] += data

    def handle_endtag(self, _tag: str) -> None:
        self._text = False


@dataclass(frozen=True)
class Wrong:
    """A form with something in it that does not fit."""

    path: str
    form: dict[str, str]
    field: str
    "to put right; empty: it is none of them"
    says: str
    status: int = 422
    more: dict[str, str] = dataclasses.field(default_factory=dict)
    "that the form has besides, and nobody writes"


GRANT = {"client": TEXT, "purpose": PURPOSE, "what": "reasons", "until": UNTIL}
DISPUTE = {"kind": "obligations", "fact": "o-1"}
ANSWER = {"dispute": "d-told"}
WRONG = {
    "POST /me/disputes": [
        Wrong("/me/disputes", {"statement": TEXT * 70}, "statement", "2,450 characters", more=DISPUTE),
        Wrong("/me/disputes", {"statement": TEXT * 200}, "statement", "7,000 characters", more=DISPUTE),
        Wrong("/me/disputes", {"statement": " "}, "statement", "empty", more=DISPUTE),
    ],
    "POST /me/disputed/answer": [
        Wrong("/me/disputed/answer", {"statement": TEXT * 71}, "statement", "2,485 characters", more=ANSWER),
        Wrong("/me/disputed/answer", {"statement": "  "}, "statement", "empty", more=ANSWER),
    ],
    "POST /me/schemes/{scheme}/contest": [
        Wrong(f"{HERE}/contest", {"statement": TEXT * 200}, "statement", "7,000 characters"),
        Wrong(f"{HERE}/contest", {"statement": "\u202e"}, "statement", "control character"),
    ],
    "POST /me/schemes/{scheme}/grants": [
        Wrong(f"{HERE}/grants", GRANT | {"until": "2020-01-01"}, "until", "a time in the future"),
        Wrong(f"{HERE}/grants", GRANT | {"until": "soon"}, "until", "a day such as 2026-12-31"),
        Wrong(f"{HERE}/grants", GRANT | {"client": "  "}, "client", "the subject of a client"),
        Wrong(f"{HERE}/grants", GRANT | {"client": TEXT * 9}, "client", "at most 200 characters"),
    ],
    "POST /me/schemes/{scheme}/report": [
        Wrong(f"{HERE}/report", {"audience": TEXT * 9, "purpose": PURPOSE}, "audience", "at most 200 characters"),
    ],
    "POST /me/erase": [Wrong("/me/erase", {"sure": TEXT}, "sure", "type the word erase")],
}
NOTHING_WRITTEN = {
    "POST /sign-in",
    "POST /sign-out",
    "POST /me/disputes/withdraw",
    "POST /me/schemes/{scheme}/pause",
    "POST /me/schemes/{scheme}/sharing",
    "POST /me/schemes/{scheme}/founding",
    "POST /me/schemes/{scheme}/grants/revoke",
    "POST /me/schemes/{scheme}/leave",
}


def test_every_form_is_here_and_so_is_every_field_that_somebody_writes() -> None:
    forms = {name for name in MATRIX_OF_PAGES if name.startswith("POST ")}
    assert forms == WRONG.keys() | NOTHING_WRITTEN
    written = {name for each in WRONG.values() for wrong in each for name in wrong.form}
    assert written - {"what"} == TYPED


@pytest.mark.slow
@pytest.mark.parametrize("wrong", [wrong for each in WRONG.values() for wrong in each], ids=lambda each: each.says)
def test_a_refused_form_keeps_what_was_typed_marks_the_field_and_says_what_to_put_right(
    ada: Database, sign_in: SignIn, wrong: Wrong
) -> None:
    client = sign_in(Role.MEMBER, "ada")
    answer = client.post(wrong.path, data=wrong.form | wrong.more | {"key": "a-key"})
    assert answer.status_code == wrong.status, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    page = Fields(answer.text)
    assert {name: page.values.get(name) for name in wrong.form} == wrong.form
    assert {name: page.values.get(name) for name in wrong.more} == wrong.more
    assert "What is wrong:" in answer.text
    assert wrong.says in answer.text
    assert "<b>" not in answer.text
    assert set(page.marked) == ({wrong.field} if wrong.field else set())
    if wrong.field:
        assert f"{wrong.field}-fault" in page.marked[wrong.field].split()
        assert set(page.marked[wrong.field].split()) <= page.ids
        assert f'href="#{wrong.field}"' in answer.text


def test_a_form_that_was_put_right_is_taken(ada: Database, sign_in: SignIn) -> None:
    client = sign_in(Role.MEMBER, "ada")
    refused = client.post(f"{HERE}/grants", data=GRANT | {"until": "soon", "key": "first"})
    again = Fields(refused.text).values
    sent = {name: again[name] for name in (*GRANT, "key")} | {"until": UNTIL}
    assert client.post(f"{HERE}/grants", data=sent).status_code == 303
    assert [each["grant"]["client"] for each in ada.run("grants", entity="ada")] == [TEXT]


def test_a_purpose_that_is_not_the_policys_is_marked(ada: Database, sign_in: SignIn) -> None:
    client = sign_in(Role.MEMBER, "ada")
    answer = client.post(f"{HERE}/grants", data=GRANT | {"purpose": "<b>", "key": "p"})
    page = Fields(answer.text)
    assert (answer.status_code, set(page.marked)) == (403, {"purpose"})
    assert {name: page.values[name] for name in ("client", "what", "until")} == {
        name: GRANT[name] for name in ("client", "what", "until")
    }


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ({"ask": "pay", "debt": "not-mine"}, "not an obligation"),
        ({"ask": "share", "share": "0.7"}, "from 0 to 0.5"),
        ({"ask": "share", "share": "nan"}, "from 0 to 0.5"),
        ({"ask": "share", "share": "lots"}, "from 0 to 0.5"),
        ({"ask": "without", "with": "a stranger"}, "a stranger"),
        ({"ask": "nonsense"}, "no question"),
    ],
)
def test_a_question_that_does_not_fit_says_why(
    ada: Database, sign_in: SignIn, query: dict[str, str], marked: str
) -> None:
    answer = sign_in(Role.MEMBER, "ada").get(f"{HERE}/what-if", params=query)
    assert answer.status_code == 422
    assert "What is wrong:" in answer.text
    assert marked in answer.text


# Whatever else happens -------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_member_signed_out_meanwhile_finds_what_it_wrote_and_can_send_it_again(
    ada: Database, sign_in: SignIn
) -> None:
    client = sign_in(Role.MEMBER, "ada", anew=True)
    kept = client.cookies.get("innercircle")
    client.cookies.clear()
    form = DISPUTE | {"statement": TEXT, "key": "kept"}
    answer = client.post("/me/disputes", data=form)
    assert answer.status_code == 401
    assert Fields(answer.text).values == form
    assert "<b>" not in answer.text
    client.cookies.set("innercircle", kept or "")
    assert client.post("/me/disputes", data=Fields(answer.text).values).status_code == 303


def test_where_the_database_is_away_the_form_is_kept(
    ada: Database, settings: Settings, ring: Keyring, sign_in: SignIn
) -> None:
    def away() -> Database:
        raise StoreUnavailable("no connection to Neo4j")

    issued = link(ring, Role.MEMBER, "login of ada", "ada")
    session = sign_in(Role.MEMBER, "ada", anew=True).cookies["innercircle"]
    with serve(away, settings=settings) as client:
        client.headers.update({"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"})
        answer = client.post("/sign-in", data={"link": issued.text})
        assert answer.status_code == 503
        assert Fields(answer.text).values["link"] == issued.text
        client.cookies.set("innercircle", session)
        answer = client.post(f"{HERE}/contest", data={"statement": TEXT, "key": "kept"})
        assert answer.status_code == 503
        assert Fields(answer.text).values == {"statement": TEXT, "key": "kept"}


def test_what_comes_from_elsewhere_is_not_repeated(ada: Database, sign_in: SignIn) -> None:
    client = sign_in(Role.MEMBER, "ada")
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        answer = client.post("/me/disputes", data=DISPUTE | {"statement": "call 555", "key": "x"}, headers=headers)
        assert answer.status_code == 403
        assert "call 555" not in answer.text


def test_what_was_sent_again_with_other_words_goes_out_under_a_key_of_its_own(
    ada: Database, sign_in: SignIn
) -> None:
    client = sign_in(Role.MEMBER, "ada")
    form = DISPUTE | {"fact": "o-2", "statement": "One.", "key": "used"}
    assert client.post("/me/disputes", data=form).status_code == 303
    answer = client.post("/me/disputes", data=form | {"statement": "Two."})
    assert answer.status_code == 409
    again = Fields(answer.text).values
    assert again["statement"] == "Two."
    assert again["key"] != "used"
    assert re.fullmatch("[0-9a-f]{32}", again["key"])
