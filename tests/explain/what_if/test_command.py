"""`innercircle what-if` as people type it."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from graph.errors import NotFound, ParameterError
from graph.explain.what_if import UnderPolicy, under_share, under_version, what_if
from graph.facts.values import Obligation
from graph.policy import publishing
from graph.policy.scheme import parse
from graph.rating.run import rate
from graph.store.client import Database
from tests.conftest import Command
from tests.kept import kept
from tests.storing import store
from tests.strategies import AS_OF, NASTY, make_scheme

SCHEME = make_scheme(weights={"obligations": 1.0}, prior_weight=1.0)
SOON = Obligation("a", "bank", AS_OF + timedelta(days=5), None, None, "soon")
LATER = SOON._replace(debtor="d", id="later")
_STAR = next(community.facts for community in NASTY if community.name == "a star")
FACTS = replace(_STAR, obligations=[*_STAR.obligations, SOON, LATER])
AS_TYPED = ("what-if", "a", "--scheme", SCHEME.id)


@pytest.fixture
def rated(graph: Database) -> Database:
    def make() -> None:
        store(graph, FACTS, SCHEME)
        rate(graph, SCHEME.id, as_of=AS_OF)

    return kept(graph, make)


@pytest.mark.slow
def test_each_option_asks_its_question(rated: Database, innercircle: Command, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(make_scheme(share=0.0).text, encoding="utf-8")
    asked = {
        ("--without-contact", "b"): "there had been no contact with b",
        ("--settled", "soon=2026-06-30"): "soon had been settled on 2026-06-30",
        ("--removed", "o0", "--kind", "obligations"): "o0 did not count",
        ("--contact-day", "b=2026-06-30", "--began", "self"): "contact with b on 2026-06-30, begun by this side",
        ("--policy", str(tmp_path / "other.toml")): "everyone had been rated by made-up as in",
        ("--policy", "1"): "everyone had been rated by made-up version 1",
        ("--share", "0"): "everyone had been rated by made-up share 0",
    }
    for options, said in asked.items():
        done = innercircle(*AS_TYPED, *options)
        assert (done.returncode, done.stderr) == (0, "")
        assert said in done.stdout.partition("\n")[0]
        assert "points of a full run" in done.stdout


def test_json_is_the_whole_answer(rated: Database, innercircle: Command) -> None:
    answer = json.loads(innercircle(*AS_TYPED, "--share", "0", "--json").stdout)
    found = what_if(rated, "a", SCHEME.id, under_share(rated, "a", SCHEME.id, 0))
    assert answer["after"]["points"] == found.after.points
    assert [part["name"] for part in answer["parts"]] == [part.name for part in found.parts]


def test_a_lift_is_a_list_of_payments_or_the_reason_why_not(rated: Database, innercircle: Command) -> None:
    lifted = innercircle("what-if", "d", "--scheme", SCHEME.id, "--lift").stdout
    assert "later" in lifted
    assert "no fewer payments do" in lifted
    assert (
        "nothing lifts it at once: there is no open"
        in innercircle("what-if", "e", "--scheme", SCHEME.id, "--lift").stdout
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "ask one thing at a time"),
        (("--lift", "--share", "0"), "ask one thing at a time"),
        (("--settled", "o0"), "such as o-1=2026-06-30"),
        (("--contact-day", "b=soon"), "such as o-1=2026-06-30"),
        (("--share", "0.6"), "from 0 to 0.5, not 0.6"),
        (("--policy", "trading.toml"), "trading.toml"),
        (("--policy", "2"), "no version '2'"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    rated: Database, innercircle: Command, options: tuple[str, ...], says: str
) -> None:
    done = innercircle(*AS_TYPED, *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr


def test_a_version_is_found_among_runs_after_another_was_published(rated: Database) -> None:
    newer = parse(make_scheme(share=0.5).text.replace('version = "1"', 'version = "2"', 1), "newer")
    publishing.publish(rated, newer)
    assert under_version(rated, SCHEME.id, "1").policy == SCHEME
    assert under_version(rated, SCHEME.id, "2").policy == newer
    assert under_share(rated, "a", SCHEME.id, 0.2).policy.circle == SCHEME.circle
    with pytest.raises(NotFound, match="no version '3'"):
        under_version(rated, SCHEME.id, "3")


def test_a_policy_of_another_scheme_is_refused(rated: Database) -> None:
    with pytest.raises(ParameterError, match="schemes never mix"):
        what_if(rated, "a", SCHEME.id, UnderPolicy(make_scheme(id="other", share=0.0)))
