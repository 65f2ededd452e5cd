"""Reports: what they say, and that their readers find out when one does not hold."""

import base64
import json
import re
import string
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser
from typer.testing import CliRunner

from graph.audit import log
from graph.cli.app import app
from graph.disclosure import report, shown
from graph.disclosure.report import Checked, Report
from graph.errors import NotFound, ParameterError, PurposeMismatch, SettingInvalid
from graph.identity import Key, Keyring, Role
from graph.identity.tokens import issue
from graph.policy import scheme
from graph.policy.scheme import CategoryFactor
from graph.rating import published
from graph.server.local import Server
from graph.store.client import Database
from tests.conftest import Command
from tests.driving import opened
from tests.worlds.all_kept_about_one import AS_OF, ENTITY, NAME, build

NOW = datetime(2026, 7, 2, 9, 30, 15, 123456, tzinfo=UTC)
PURPOSE = scheme.read("reliability").purpose[0]
BANK = "Bank of the valley"


@pytest.fixture(scope="module")
def community(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    build(database, tmp_path_factory.mktemp("community"))
    return database


def make(database: Database, entity: str = "bob", scheme_id: str = "reliability", **more: Any) -> Report:
    given: dict[str, Any] = {"audience": BANK, "purpose": PURPOSE, "issuer": "innercircle", "now": NOW} | more
    return report.make(database, entity, scheme_id, **given)


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    ring = Keyring(tmp_path_factory.mktemp("keys"))
    ring.create(AS_OF)
    return ring


@pytest.fixture(scope="module")
def key(ring: Keyring) -> Key:
    return ring.signing()


@pytest.fixture(scope="module")
def made(community: Database) -> Report:
    return make(community)


@pytest.fixture(scope="module")
def signed(made: Report, key: Key) -> str:
    return report.sign(made, key)


Check = Callable[..., Checked]


@pytest.fixture(scope="module")
def check(ring: Keyring, tmp_path_factory: pytest.TempPathFactory) -> Check:
    """A report checked with the operator's keys, as they stand in a file."""
    file = tmp_path_factory.mktemp("public") / "keys.json"
    file.write_text(json.dumps(ring.public()), encoding="utf-8")
    keys = report.read_keys(file)
    return lambda text, **more: report.check(text, more.pop("keys", keys), **{"now": NOW, **more})


# What it says -----------------------------------------------------------------------------------------


def test_a_report_says_what_is_shown_and_adds_up(community: Database, made: Report) -> None:
    what = shown(community, "bob", "reliability")
    assert made.rating
    assert made.circle.points is not None
    assert (made.rating.points, made.rating.band) == (what.whole_points, what.band)
    parts = [made.rating.base or 0, made.circle.points, *(each.points or 0 for each in made.factors)]
    assert sum(parts) == made.rating.points
    assert {each.name: each.rate for each in made.factors} == what.rates
    assert made.circle.contacts == sum(part.contacts for part in what.parts) == 3
    assert (made.run, made.as_of, made.within_points) == (what.run, what.as_of, what.within_points)
    assert (made.contested, made.stale) == (None, False)


def test_a_report_has_the_whole_policy_and_every_number_of_it(community: Database, made: Report) -> None:
    policy = scheme.read("reliability")
    assert (made.policy, made.policy_hash, made.policy_version) == (policy.text, policy.hash, policy.version)
    assert scheme.parse(made.policy, "the report").hash == made.policy_hash
    for each in made.factors:
        factor: Any = policy.factors.named()[each.name]
        assert (each.weight, each.prior, each.prior_weight) == (factor.weight, factor.prior, factor.prior_weight)
        assert each.half_life_days == factor.half_life_days
        assert each.values == getattr(factor, "values", None)
        assert each.late_days == getattr(factor, "late_days", None)
    assert (made.circle.share, made.circle.size) == (policy.circle.share, policy.circle.size)


def test_a_report_says_which_facts_were_not_used_and_why(community: Database) -> None:
    assert [(each.kind, each.why, each.count) for each in make(community).not_used] == [
        ("obligations", "disputed", 1)
    ]
    own = make(community, ENTITY, "own-conduct", purpose=scheme.read("own-conduct").purpose[0])
    assert ("visits", "not in the policy", 1) in [(each.kind, each.why, each.count) for each in own.not_used]


def test_a_report_names_nobody_but_its_subject_not_even_contacts_who_show_their_part(
    community: Database, key: Key
) -> None:
    community.statement("MATCH (m:Membership) SET m.shares = true")
    paper = make(community)
    community.statement("MATCH (m:Membership) SET m.shares = null")
    text = _payload(report.sign(paper, key)) + report.render(paper, "")
    for other in (ENTITY, NAME, "cy", "mill"):
        assert not re.search(rf"\b{re.escape(other)}\b", text), other
    exact = published.open_rating(community, "bob", "reliability")
    for contact in exact.circle:
        assert str(contact.used) not in text


def test_a_contested_rating_gives_a_report_that_says_so_and_no_figure_of_it(community: Database, key: Key) -> None:
    paper = make(community, ENTITY)
    assert paper.contested
    assert paper.rating is None
    assert {each.points for each in paper.factors} == {each.rate for each in paper.factors} == {None}
    assert (paper.circle.points, paper.circle.contacts) == (None, None)
    page = report.render(paper, report.sign(paper, key))
    assert "<strong>Contested.</strong>" in page
    points = shown(community, ENTITY, "reliability").whole_points
    for text in (page.split('<div class="screen">')[0], _payload(report.sign(replace(paper, policy=""), key))):
        assert not re.search(rf"\b{points}\b", text)
        assert not re.search(r"\b(?:poor|fair|sound|good)\b", text)


def test_a_report_is_for_a_purpose_of_the_policy_for_somebody_and_of_a_member(community: Database) -> None:
    with pytest.raises(PurposeMismatch):
        make(community, purpose="hiring")
    for audience in ("", "  ", "a\nb", "x" * 201):
        with pytest.raises(ParameterError, match="audience"):
            make(community, audience=audience)
    with pytest.raises(NotFound):
        make(community, "nobody")
    with pytest.raises(NotFound):
        make(community, scheme_id="trading")


# Whether it holds -------------------------------------------------------------------------------------


def _payload(signed: str) -> str:
    part = signed.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()


def test_what_was_signed_is_what_is_read(check: Check, signed: str, made: Report) -> None:
    found = check(signed, audience=BANK)
    assert (found.holds, found.why, found.report) == (True, None, made)
    assert check(f" {signed}\r\n").holds


@pytest.mark.parametrize("step", [11, pytest.param(1, marks=pytest.mark.slow)])
def test_a_report_altered_in_any_one_character_does_not_hold(check: Check, signed: str, step: int) -> None:
    letters = string.ascii_letters + string.digits + "-_"
    starts = [0, *(place for place, char in enumerate(signed) if char == ".")]
    reasons: dict[int, set[str | None]] = {0: set(), 1: set(), 2: set()}
    for place, char in enumerate(signed):
        if starts[1] + 1 < place < starts[2] - 1 and place % step:
            continue  # of the long part in the middle, some
        other = letters[(letters.find(char) + 1) % len(letters)]
        found = check(signed[:place] + other + signed[place + 1 :])
        assert not found.holds, place
        assert found.report is None, place
        reasons[sum(place > start for start in starts[1:])].add(found.why)
    assert reasons[1] - {"not-a-report"} == {"altered"}  # a dot that is a letter leaves two parts
    assert reasons[2] == {"altered"}
    assert reasons[0] <= {"altered", "unknown-key", "not-a-report"}


def test_the_last_letter_of_a_part_counts_in_every_bit(check: Check, signed: str) -> None:
    # 64 bytes are 86 letters, and the last has four bits that lenient readers ignore
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    for other in set(letters) - {signed[-1]}:
        assert check(signed[:-1] + other).why == "altered"


@pytest.mark.parametrize(
    "alter",
    [
        lambda header, payload, signature: f"{header}.{payload}.{signature}A",
        lambda header, payload, signature: f"{header}.{payload}.{signature[:-1]}",
        lambda header, payload, signature: f"{header}.{payload}.",
        lambda header, payload, signature: f"{header}..{signature}",
        lambda header, payload, signature: f"{header}.{payload}.{signature}==",
        lambda header, payload, signature: f"{header}.{payload}\n.{signature}",
        lambda header, payload, signature: f"{header}.{payload}.{signature}.{signature}",
        lambda header, payload, signature: f"{payload}.{header}.{signature}",
    ],
)
def test_a_report_with_more_or_less_in_it_does_not_hold(
    check: Check, signed: str, alter: Callable[[str, str, str], str]
) -> None:
    assert not check(alter(*signed.split("."))).holds


def test_better_points_under_the_old_signature_are_an_alteration(check: Check, signed: str, made: Report) -> None:
    assert made.rating
    header, _, signature = signed.split(".")
    better = _payload(signed).replace(f'"points":{made.rating.points}', '"points":940')
    payload = base64.urlsafe_b64encode(better.encode()).rstrip(b"=").decode()
    assert better != _payload(signed)
    assert check(f"{header}.{payload}.{signature}").why == "altered"


def test_a_report_holds_for_thirty_days_and_not_a_second_longer(check: Check, signed: str, made: Report) -> None:
    assert made.until - made.issued == timedelta(days=30)
    assert check(signed, now=made.until - timedelta(seconds=1)).holds
    late = check(signed, now=made.until)
    assert (late.holds, late.why) == (False, "expired")
    early = check(signed, now=made.issued - timedelta(minutes=5, seconds=1))
    assert (early.holds, early.why) == (False, "not-yet-valid")
    assert check(signed, now=made.issued - timedelta(minutes=5)).holds


def test_a_report_for_somebody_else_does_not_hold(check: Check, signed: str) -> None:
    other = check(signed, audience="Bank of the hill")
    assert (other.holds, other.why) == (False, "other-audience")


def _keys(file: Path, *keys: Key) -> Any:
    file.write_text(json.dumps({"keys": [each.jwk() for each in keys]}), encoding="utf-8")
    return report.read_keys(file)


def test_a_report_under_a_key_that_the_reader_does_not_have_does_not_hold(
    check: Check, signed: str, tmp_path: Path
) -> None:
    stranger = Key.of(Ed25519PrivateKey.generate(), AS_OF)
    assert check(signed, keys=_keys(tmp_path / "keys.json", stranger)).why == "unknown-key"


def test_nothing_holds_that_a_revoked_key_signed_before_or_after(
    check: Check, made: Report, tmp_path: Path
) -> None:
    ring = Keyring(tmp_path / "keys")
    key = ring.create(AS_OF)
    signed = report.sign(made, key)
    assert check(signed, keys=_keys(tmp_path / "keys.json", *ring.all())).holds
    revoked = ring.revoke(key.id, NOW)
    assert check(signed, keys=_keys(tmp_path / "keys.json", *ring.all())).why == "revoked-key"
    with pytest.raises(SettingInvalid, match="revoked"):
        report.sign(made, revoked)
    (tmp_path / "keys.json").write_text(json.dumps(key.jwk() | {"revoked": True}))
    assert check(signed, keys=report.read_keys(tmp_path / "keys.json")).why == "revoked-key"


def test_what_the_same_key_signed_for_other_ends_is_no_report(check: Check, ring: Keyring, key: Key) -> None:
    token = issue(ring, Role.MEMBER, "bob", issuer="innercircle", audience=BANK, now=NOW, entity="bob").text
    assert check(token).why == "not-a-report"
    assert key.private
    headers = {"kid": key.id, "typ": report.TYPE}
    other = jwt.encode({"aud": BANK}, key.private, algorithm="EdDSA", headers=headers)
    assert check(other).why == "not-a-report"


def test_a_report_is_one_by_its_type_and_no_header_may_say_more(check: Check, made: Report, key: Key) -> None:
    assert key.private
    payload = _payload(report.sign(made, key)).encode()

    def sign(**more: str) -> str:
        headers = {"kid": key.id, "typ": report.TYPE} | more
        return jwt.PyJWS().encode(payload, key.private, algorithm="EdDSA", headers=headers)  # type: ignore[arg-type]

    assert check(sign()).holds
    assert check(sign(typ="at+jwt")).why == "not-a-report"
    assert check(sign(jku="https://example.org/keys")).why == "altered"


def test_a_signature_of_another_kind_is_none(check: Check, signed: str, key: Key) -> None:
    payload = json.loads(_payload(signed))
    headers = {"kid": key.id, "typ": report.TYPE}
    # what is public must not serve as the secret of a symmetric algorithm
    symmetric = jwt.PyJWS().encode(json.dumps(payload).encode(), "a" * 64, algorithm="HS512", headers=headers)
    unsigned = jwt.encode(payload, "", algorithm="none", headers=headers)
    assert key.private
    critical = jwt.encode(payload, key.private, algorithm="EdDSA", headers=headers | {"crit": ["x"], "x": 1})
    assert check(symmetric).why == "altered"
    assert not check(unsigned).holds
    assert check(critical).why == "altered"


@pytest.mark.parametrize("text", ["", "hello", "a.b", "{}", "ä.ö.ü", "<html></html>", "..", "a.b.c.d"])
def test_any_other_text_is_no_report(check: Check, text: str) -> None:
    assert check(text).why == "not-a-report"


@pytest.mark.parametrize(
    "text", ["", "[]", "7", "{}", '{"keys": []}', '{"kty": "OKP", "crv": "Ed25519", "x": "AA"}']
)
def test_a_file_without_keys_is_named(text: str, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(text)
    with pytest.raises(ParameterError, match=r"keys\.json"):
        report.read_keys(file)


# The page ---------------------------------------------------------------------------------------------

NASTY = """"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 123 * 4567 }}{% raw %}&amp;"""


class Tags(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_nothing_that_a_page_shows_becomes_part_of_the_page(made: Report) -> None:
    assert made.rating
    texts = ("subject", "audience", "purpose", "title", "operator", "issuer", "policy", "run")
    named: dict[str, Any] = dict.fromkeys(texts, NASTY)
    nasty = replace(
        made,
        **named,
        rating=replace(made.rating, band=NASTY),
        factors=tuple(replace(each, name=NASTY, values={NASTY: 0.5}) for each in made.factors),
        not_used=tuple(replace(each, kind=NASTY, why=NASTY) for each in made.not_used),
    )
    plain, page = Tags(report.render(made, "a.b.c")), Tags(report.render(nasty, "a.b.c"))
    assert page.tags == plain.tags
    assert {name for name, _ in page.attributes} == {name for name, _ in plain.attributes}
    assert NASTY in page.text
    assert str(123 * 4567) not in page.text


@pytest.mark.slow
@pytest.mark.parametrize("scheme_id", ["reliability", "own-conduct", "sesame-2018", "trading"])
def test_a_page_is_printed_on_one_sheet_of_a4(browser: Browser, made: Report, scheme_id: str) -> None:
    """Every category of each shipped scheme, as Chromium prints it."""
    policy = scheme.read(scheme_id)
    factors = {each.name: each for each in made.factors}
    told = [
        replace(factors[name], values=dict(factor.values) if isinstance(factor, CategoryFactor) else None)
        for name, factor in policy.factors.named().items()
    ]
    with opened(browser) as (page, seen):
        page.set_content(report.render(replace(made, factors=tuple(told), policy=policy.text), "a.b.c"))
        printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert seen.requests == []


def test_a_page_has_no_script_and_loads_nothing(made: Report, signed: str) -> None:
    page = report.render(made, signed)
    found = Tags(page)
    assert not found.tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "svg", "video"}
    assert not [name for name, _ in found.attributes if name.startswith("on") or name == "src"]
    links = [value or "" for name, value in found.attributes if name == "href"]
    assert [link.partition(",")[0] for link in links] == ["data:application/jose;base64"]
    assert base64.b64decode(links[0].partition(",")[2]).decode() == signed
    assert not re.search(r"https?:|@import|url\(", page)
    assert "@page { size: A4" in page
    # what is printed: the policy's text is for the screen
    printed = Tags(page.split('<div class="screen">')[0].split("</style>")[1]).text
    assert len(re.sub(r"\s+", " ", printed)) < 4_000
    for shown_text in (made.id, made.policy_hash, BANK, PURPOSE, made.run, made.until.strftime("%Y-%m-%d")):
        assert shown_text in re.sub(r"\s+", " ", printed)


# The commands -----------------------------------------------------------------------------------------


def test_a_report_is_recorded_written_and_checked_by_the_commands(
    community: Database, server: Server, innercircle: Command, tmp_path: Path
) -> None:
    ring = Keyring(tmp_path / "home" / "keys")
    ring.create(datetime.now(UTC))
    (tmp_path / "keys.json").write_text(json.dumps(ring.public()))
    given = ("bob", "--scheme", "reliability", "--audience", BANK, "--purpose", PURPOSE, "--out", tmp_path / "out")
    done = innercircle(
        "report",
        *given,
        INNERCIRCLE_HOME=str(tmp_path / "home"),
        INNERCIRCLE_NEO4J_URI=server.uri,
        INNERCIRCLE_NEO4J_PASSWORD=server.password,
        INNERCIRCLE_OPERATOR="olga",
    )
    assert done.returncode == 0, done.stderr
    (read,) = log.accesses(community, "bob")
    assert (read.who, read.role, read.purpose, read.what) == ("olga", "operator", PURPOSE, f"report for {BANK}")
    assert BANK in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    verify = ["verify-report", str(tmp_path / "out" / "report.jws"), "--key", str(tmp_path / "keys.json")]
    good = CliRunner().invoke(app, [*verify, "--audience", BANK])
    assert good.exit_code == 0, good.output
    for said in ("bob", BANK, PURPOSE, "valid until"):
        assert said in good.output
    assert CliRunner().invoke(app, verify).exit_code == 0
    other = CliRunner().invoke(app, [*verify, "--audience", "Bank of the hill", "--json"])
    assert other.exit_code == 1
    assert json.loads(other.output)["why"] == "other-audience"
    ring.revoke(ring.signing().id, datetime.now(UTC))
    (tmp_path / "keys.json").write_text(json.dumps(ring.public()))
    revoked = CliRunner().invoke(app, verify)
    assert revoked.exit_code == 1
    assert revoked.output.startswith("DOES NOT HOLD (revoked-key)")


def test_of_a_page_the_document_in_it_is_checked_and_nothing_else(
    made: Report, signed: str, ring: Keyring, tmp_path: Path
) -> None:
    """A change of what a page shows changes nothing that was signed, and its reader is told what was."""
    keys, file = tmp_path / "keys.json", tmp_path / "report.html"
    keys.write_text(json.dumps(ring.public()))
    now = replace(made, issued=datetime.now(UTC).replace(microsecond=0), until=datetime.now(UTC) + timedelta(1))
    signed = report.sign(now, ring.signing())
    page = report.render(now, signed)
    assert made.rating
    points = f"{made.rating.points} {made.rating.band}"

    def check(text: str, *more: str) -> Any:
        file.write_text(text, encoding="utf-8")
        return CliRunner().invoke(app, ["verify-report", str(file), "--key", str(keys), *more])

    for text in (page, page.replace(points, "950 good"), "\ufeff\n" + page):
        done = check(text)
        assert (done.exit_code, points in done.output, "950 good" in done.output) == (0, True, False), done.output
        assert "the page around it was not" in done.output
        told = json.loads(check(text, "--json").output)
        assert (told["holds"], told["report"]["rating"]["points"]) == (True, made.rating.points)
    altered = base64.b64encode((signed[:-1] + ("A" if signed[-1] != "A" else "B")).encode()).decode()
    assert check(page.replace(base64.b64encode(signed.encode()).decode(), altered)).exit_code == 1
    for text in ("<html></html>", page + report.render(now, report.sign(replace(now, id="x"), ring.signing()))):
        refused = check(text)
        assert isinstance(refused.exception, ParameterError)
        assert "report.jws" in str(refused.exception)
