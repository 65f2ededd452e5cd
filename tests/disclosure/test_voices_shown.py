"""What a member is shown of voices tells a quarter, and nothing finer of who reports."""

from dataclasses import asdict, fields, replace
from datetime import timedelta

import pytest

from graph import disclosure
from graph.errors import ParameterError
from graph.explain import FactLine
from graph.explain.what_if import NewContactDay, UnderPolicy
from graph.facts.values import Contact, Facts, Obligation
from graph.policy import publishing, scheme
from graph.rating.run import rate
from graph.store.client import Database
from tests.storing import found, store
from tests.strategies import AS_OF, make_scheme, numbered

DAY = timedelta(days=1)
POLICY = make_scheme(
    weights={"obligations": 1.0}, half_life_days=None, prior=0.4, share=0.3, voice={"founders_at_least": 1}
)
WHO = ("heard", "silent", "stranger")
"A member with a voice, one without, and somebody who has not joined: each reports on ann and has written to her."


def facts() -> Facts:
    """Ann has answered none of the three; the founder hears well of one of them."""
    reports = [Obligation("ann", who, AS_OF - 3 * DAY, None, 0.0) for who in WHO]
    reports += [
        Obligation("heard", "mill", AS_OF - 3 * DAY, None, 1.0),
        Obligation("ann", "mill", AS_OF - 3 * DAY, None, 0.9),
    ]
    written = [Contact(who, "ann", AS_OF - 9 * DAY) for who in WHO]
    both = [Contact(*pair, AS_OF - 8 * DAY) for pair in (("ann", "mill"), ("mill", "ann"))]
    members = [(each, rid) for rid, each in enumerate(("mill", "ann", "heard", "silent"))]
    return numbered(Facts(obligations=reports, contacts=[*written, *both], members=members))


@pytest.fixture(scope="module")
def village(database: Database) -> Database:
    from tests.conftest import WIPE

    database.statement(WIPE)
    store(database, facts(), POLICY)
    found(database, POLICY, "mill")
    rate(database, POLICY.id, as_of=AS_OF)
    return database


def told(database: Database) -> dict[str, FactLine]:
    """The member's own facts by who reports them."""
    explained = disclosure.explain(database, "ann", POLICY.id, facts=True)
    assert explained.factors
    return {fact.other: fact for fact in explained.factors[0].facts}


def test_a_report_that_counts_for_nothing_reads_alike_whether_its_reporter_has_joined(village: Database) -> None:
    one, other = (told(village)[who] for who in ("silent", "stranger"))
    assert one.why == other.why == "no voice"
    same = {field.name for field in fields(FactLine)} - {"fact", "other"}
    assert {name: getattr(one, name) for name in same} == {name: getattr(other, name) for name in same}


def test_nothing_but_a_quarter_is_said_of_a_reporter(village: Database) -> None:
    line = told(village)["heard"]
    assert line.voice == 1
    assert {name for name in asdict(line) if "voice" in name or "reach" in name} == {"voice"}
    shown = str(disclosure.explain(village, "ann", POLICY.id, facts=True))
    for word in ("reach", "founder in force", "praised", "level"):
        assert word not in shown


def test_a_question_about_a_contact_is_answered_alike_whatever_its_voice_and_whether_it_has_joined(
    village: Database,
) -> None:
    answers = []
    for who in WHO:
        found_ = disclosure.what_if(
            village, "ann", POLICY.id, NewContactDay(who, (AS_OF - 2 * DAY).date(), "self")
        )
        assert found_.assumed.endswith("with a full voice")
        answers.append(replace(found_, asked=""))
    assert answers[0] == answers[1] == answers[2]


def test_a_first_policy_with_voices_cannot_be_asked_about_before_a_run_has_made_them(graph: Database) -> None:
    plain = scheme.parse(POLICY.text.partition("[voice]")[0], "made-up.toml")
    store(graph, facts(), plain)
    rate(graph, plain.id, as_of=AS_OF)
    publishing.publish(
        graph, scheme.parse(POLICY.text.replace('version = "1"', 'version = "2"', 1), "made-up.toml")
    )
    with pytest.raises(ParameterError, match="before the first run"):
        disclosure.what_if(graph, "ann", POLICY.id, UnderPolicy(POLICY))
