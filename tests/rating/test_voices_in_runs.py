"""Voices from run to run: who is asked for them, what is kept of them, and what follows when they change."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from graph import explain
from graph.errors import NotFound, Refused
from graph.explain import leaning, reasons
from graph.explain.what_if import NewContactDay, Removed, Settled, UnderPolicy, lift, what_if
from graph.facts.values import Contact, Facts, Obligation
from graph.model import Changes
from graph.policy import publishing, scheme
from graph.policy.scheme import Scheme
from graph.rating import history, published, reference, voices
from graph.rating.rerate import rerate
from graph.rating.run import rate
from graph.rating.verify import DIFFERS, verify_run
from graph.rights import erasure, founders, membership
from graph.store.client import Database
from tests.conftest import Command
from tests.explain.summing import check_levels, check_opened, check_reach
from tests.explain.what_if.asking import make
from tests.kept import kept
from tests.rating.test_history import check_sums
from tests.storing import found, join_one, put, row_of, store
from tests.strategies import AS_OF, make_scheme, numbered

DAY = timedelta(days=1)
POLICY = make_scheme(
    weights={"obligations": 1.0}, half_life_days=None, partner_month=1.0, voice={"founders_at_least": 1}
)
FOUNDERS = ["mill"]


def owed(debtor: str, creditor: str, outcome: float = 1.0, *, months: int = 0) -> Obligation:
    return Obligation(debtor, creditor, AS_OF - (5 + 31 * months) * DAY, None, outcome)


def facts() -> Facts:
    """The mill hears of ann and, less, of ben; ann of cat; eve and eva praise each other; some are in touch."""
    reports = [
        owed("ann", "mill"),
        owed("ann", "mill", months=1),
        owed("ben", "mill", 0.56),
        owed("cat", "ann"),
        owed("cat", "ben", 0.0),
        owed("cat", "eve", 0.0),
        owed("cat", "stranger", 0.0),
        owed("eve", "eva"),
        owed("eva", "eve"),
        owed("ann", "eve", 0.0),
    ]
    names = ["mill", "ann", "ben", "cat", "eve", "eva"]
    met = [
        Contact(*pair, AS_OF - day * DAY)
        for one, other in (("cat", "ann"), ("cat", "eve"), ("ben", "ann"))
        for pair in ((one, other), (other, one))
        for day in (3, 9)
    ]
    return numbered(
        Facts(obligations=reports, contacts=met, members=[(each, rid) for rid, each in enumerate(names)])
    )


@pytest.fixture
def village(graph: Database) -> Database:
    """The community, with one founder, and not rated yet."""

    def build() -> None:
        store(graph, facts(), POLICY)
        found(graph, POLICY, *FOUNDERS)

    return kept(graph, build)


@pytest.fixture
def rated(village: Database) -> Database:
    def build() -> None:
        rate(village, POLICY.id, as_of=AS_OF)

    return kept(village, build)


def heard(database: Database) -> dict[str, float | None]:
    """Voices as they are published; made-up is the scheme."""
    rows = database.statement("MATCH (m:Membership) RETURN m.id AS id, m.voice AS voice ORDER BY m.rid")
    return {row["id"].partition("|")[2]: row["voice"] for row in rows}


def with_text(old: str, new: str, version: str = "2") -> Scheme:
    assert old in POLICY.text
    text = POLICY.text.replace('version = "1"', f'version = "{version}"', 1).replace(old, new, 1)
    return scheme.parse(text, "made-up.toml")


# Whom a run asks -------------------------------------------------------------------------------------


def test_with_too_few_founders_nobody_is_rated_and_the_error_says_what_to_do(graph: Database) -> None:
    store(graph, facts(), POLICY)
    with pytest.raises(
        Refused, match=r"0 founders in force.* 1 at least.*innercircle founders add made-up ENTITY"
    ):
        rate(graph, POLICY.id, as_of=AS_OF)
    assert graph.statement("MATCH (r:Run) RETURN r.id AS id") == []
    assert graph.statement("MATCH (m:Membership) WHERE m.score IS NOT NULL RETURN m.id") == []


def test_a_founder_who_was_asked_and_has_not_accepted_or_has_ended_it_or_takes_no_part_is_none(
    graph: Database,
) -> None:
    store(graph, facts(), POLICY)

    def decide(entity: str, decision: Any) -> None:
        graph.write(lambda tx: decision(tx, entity, POLICY.id, by="olga", now=AS_OF))

    decide("ann", founders.name)
    assert voices.founders(graph, POLICY.id) == []
    decide("ann", founders.accept)
    assert [each.entity for each in voices.founders(graph, POLICY.id)] == ["ann"]
    decide("ann", founders.end)
    assert voices.founders(graph, POLICY.id) == []
    found(graph, POLICY, "stranger", "ben")
    assert [each.entity for each in voices.founders(graph, POLICY.id)] == ["ben"]


def test_a_run_keeps_its_founders_and_its_voices(village: Database) -> None:
    run = rate(village, POLICY.id, as_of=AS_OF)
    assert (run.founders, run.voices_of) == ((0,), None)
    expected = reference.rate(facts(), POLICY, AS_OF, founders=FOUNDERS).voices
    assert heard(village) == expected == {"mill": 1, "ann": 1, "ben": 0.25, "cat": 1, "eve": 0, "eva": 0}
    assert voices.of_run(village, run, facts().members) == expected
    assert "speakers" not in {name for name, value in village.one("run", id=run.id)["run"].items() if value}


def test_a_policy_without_voices_asks_nobody_and_leaves_none(rated: Database) -> None:
    plain = scheme.parse(
        POLICY.text.replace('version = "1"', 'version = "2"', 1).partition("[voice]")[0], "made-up.toml"
    )
    publishing.publish(rated, plain)
    rated.statement("MATCH (m:Membership) SET m.next_voice = 0.5")  # as a killed run would leave it
    run = rate(rated, POLICY.id, as_of=AS_OF)
    assert (run.founders, run.voices_of) == (None, None)
    assert set(heard(rated).values()) == {None}
    with pytest.raises(Refused, match="leave --voices-of out"):
        rate(rated, POLICY.id, as_of=AS_OF, voices_of=run.id)


def test_voices_that_a_killed_run_staged_count_for_nothing(rated: Database) -> None:
    before = published.open_rating(rated, "cat", POLICY.id).score
    rated.statement("MATCH (m:Membership) SET m.next_voice = 1.0, m.next_reach = 7.0, m.next_word = 1.0")
    rate(rated, POLICY.id, as_of=AS_OF)
    assert published.open_rating(rated, "cat", POLICY.id).score == before
    assert heard(rated)["eve"] == 0


# Voices of an earlier run ----------------------------------------------------------------------------


def test_voices_of_an_earlier_run_are_used_with_its_founders_on_the_record(rated: Database) -> None:
    first = rated.one("run_state", scheme=POLICY.id)["run"]
    put(rated, "obligations", [row_of("obligations", owed("eve", "mill")._replace(id="new"))])
    found(rated, POLICY, "eva")
    second = rate(rated, POLICY.id, as_of=AS_OF, voices_of=first)
    assert (second.founders, second.voices_of) == ((0,), first)
    assert (heard(rated)["eve"], heard(rated)["eva"]) == (0, 0)
    again = rate(rated, POLICY.id, as_of=AS_OF, voices_of=second.id)
    assert again.voices_of == first, "the run that made them"
    fresh = rate(rated, POLICY.id, as_of=AS_OF)
    assert fresh.founders == (0, 5)
    assert (heard(rated)["eve"], heard(rated)["eva"]) == (1, 1)


@pytest.mark.parametrize("how", ["gives it up", "leaves", "is erased"])
def test_nobody_is_heard_by_the_word_of_a_founder_who_took_it_back(rated: Database, how: str) -> None:
    """Otherwise an operator could go on with an old run's voices for ever, whatever its founders decide."""
    first = rated.one("run_state", scheme=POLICY.id)["run"]
    found(rated, POLICY, "eva")
    done: dict[str, Any] = {
        "gives it up": lambda tx: founders.end(tx, "mill", POLICY.id, now=AS_OF),
        "leaves": lambda tx: membership.leave(tx, "mill", POLICY.id, now=AS_OF),
        "is erased": lambda tx: erasure.erase(tx, "mill", now=AS_OF),
    }
    rated.write(done[how])
    with pytest.raises(Refused, match=r"1 is in force no longer.*leave --voices-of out"):
        rate(rated, POLICY.id, as_of=AS_OF, voices_of=first)
    assert rate(rated, POLICY.id, as_of=AS_OF).founders == (5,)


def test_voices_that_another_policy_made_are_not_used(rated: Database) -> None:
    """Otherwise a policy that makes everybody heard, published for one run, would count under the next policy."""
    first = rated.one("run_state", scheme=POLICY.id)["run"]
    publishing.publish(rated, with_text("founders_at_least = 1", "founders_at_least = 1\nfull = 0.1"))
    with pytest.raises(Refused, match=r"version 1 of the policy, and 2 is published now"):
        rate(rated, POLICY.id, as_of=AS_OF, voices_of=first)
    assert rate(rated, POLICY.id, as_of=AS_OF).version == "2"


def test_who_has_joined_since_speaks_as_from_outside_until_the_next_run(rated: Database) -> None:
    first = rated.one("run_state", scheme=POLICY.id)["run"]
    join_one(rated, POLICY, "stranger")
    changes = Changes()
    changes.add("memberships", [POLICY.id])
    rerate(rated, changes)
    assert heard(rated)["stranger"] is None
    rate(rated, POLICY.id, as_of=AS_OF, voices_of=first)
    assert heard(rated)["stranger"] is None
    rate(rated, POLICY.id, as_of=AS_OF)
    assert heard(rated)["stranger"] == 0


@pytest.mark.parametrize(("run", "error"), [("nobody-made-it", NotFound), ("other", NotFound), ("plain", Refused)])
def test_voices_are_taken_of_a_finished_run_of_the_scheme_that_has_some(
    rated: Database, run: str, error: type[Exception]
) -> None:
    as_of = "datetime('2026-07-01T00:00:00Z')"
    rated.statement(
        f"CREATE (:Run {{id: 'other', scheme: 'other', founders: [1], as_of: {as_of}, started: {as_of}, "
        f"finished: {as_of}}}), (:Run {{id: 'plain', scheme: 'made-up', as_of: {as_of}, started: {as_of}, "
        f"finished: {as_of}}})"
    )
    with pytest.raises(error):
        rate(rated, POLICY.id, as_of=AS_OF, voices_of=run)


def test_the_command_rates_with_the_voices_of_a_run(rated: Database, innercircle: Command) -> None:
    first = rated.one("run_state", scheme=POLICY.id)["run"]
    done = innercircle("rate", POLICY.id, "--as-of", "2026-06-30", "--voices-of", first, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["voices_of"] == first
    refused = innercircle("rate", POLICY.id, "--voices-of", "nobody-made-it", "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout or refused.stderr)["error"]["code"] == "not-found"


# Re-rating, leaving, erasing -------------------------------------------------------------------------


def check_as_fresh(database: Database, community: Facts, spoken: dict[str, float]) -> None:
    """Every published rating is within its bound of a fresh one with these voices."""
    expected = reference.rate(community, POLICY, AS_OF, voices=spoken)
    for entity, member in expected.members.items():
        opened = published.open_rating(database, entity, POLICY.id)
        assert opened.conduct == pytest.approx(member.conduct, abs=1e-9)
        assert abs(opened.score - member.score) <= opened.bound + 1e-9


def test_re_rating_keeps_the_voices_of_the_last_run(rated: Database) -> None:
    spoken = reference.rate(facts(), POLICY, AS_OF, founders=FOUNDERS).voices
    new = owed("eve", "mill")._replace(id="new")
    outcome = put(rated, "obligations", [row_of("obligations", new)])
    changes = Changes()
    changes.add("obligations", outcome["touched"])
    rerate(rated, changes)
    check_as_fresh(rated, replace(facts(), obligations=[*facts().obligations, new]), spoken)
    assert heard(rated)["eve"] == 0


@pytest.mark.parametrize("leaves", ["ann", "eve", "mill"])
def test_when_a_reporter_leaves_those_on_whom_it_reported_are_re_rated(rated: Database, leaves: str) -> None:
    spoken = reference.rate(facts(), POLICY, AS_OF, founders=FOUNDERS).voices
    changes = rated.write(lambda tx: membership.leave(tx, leaves, POLICY.id, now=AS_OF))
    rerate(rated, changes)
    community = replace(facts(), members=[each for each in facts().members if each[0] != leaves])
    check_as_fresh(rated, community, {name: voice for name, voice in spoken.items() if name != leaves})


def test_after_erasure_no_run_says_what_the_reports_of_the_erased_counted(rated: Database) -> None:
    done = rated.write(lambda tx: erasure.erase(tx, "ann", now=AS_OF))
    rerate(rated, done.changes)
    row = rated.statement("MATCH (r:Run) RETURN r.speakers AS speakers, r.quarters AS quarters")[0]
    assert (row["speakers"], row["quarters"]) == ([0, 2, 3], [4, 1, 4])
    run = rated.one("run_state", scheme=POLICY.id)["run"]
    assert verify_run(rated, run).holds


# Verifying -------------------------------------------------------------------------------------------


def test_a_run_with_voices_can_be_repeated_and_so_can_one_with_the_voices_of_another(rated: Database) -> None:
    first = rated.one("run_state", scheme=POLICY.id)["run"]
    found(rated, POLICY, "eva")
    second = rate(rated, POLICY.id, as_of=AS_OF - DAY).id
    third = rate(rated, POLICY.id, as_of=AS_OF, voices_of=first).id
    for run, made in ((first, 6), (second, 6), (third, 0)):
        verified = verify_run(rated, run)
        assert verified.holds, run
        assert (verified.voices, verified.voices_apart, verified.apart) == (made, 0, ())


def test_voices_that_were_tampered_with_are_found(rated: Database) -> None:
    run = rated.one("run_state", scheme=POLICY.id)["run"]
    rated.statement("MATCH (r:Run) SET r.quarters = [4, 4, 1, 3]")
    verified = verify_run(rated, run)
    assert (verified.voices_apart, verified.voices_why) == (1, DIFFERS)
    assert not verified.holds


def test_founders_that_were_tampered_with_are_found(rated: Database) -> None:
    run = rated.one("run_state", scheme=POLICY.id)["run"]
    rated.statement("MATCH (r:Run) SET r.founders = [0, 5]")
    assert not verify_run(rated, run).holds


def test_voices_that_later_facts_explain_hold(rated: Database) -> None:
    run = rated.one("run_state", scheme=POLICY.id)["run"]
    put(rated, "obligations", [row_of("obligations", owed("eve", "mill")._replace(id="new"))])
    verified = verify_run(rated, run)
    assert verified.voices_apart > 0
    assert verified.holds


# Explaining ------------------------------------------------------------------------------------------


def test_each_report_says_what_it_counts_and_nothing_finer(rated: Database) -> None:
    explained = explain.explain(rated, "cat", POLICY.id, facts=True)
    check_levels(explained)
    assert explained.factors
    said = {fact.other: (fact.weight, fact.why, fact.weighs) for fact in explained.factors[0].facts}
    assert said == {
        "ann": (1, None, None),
        "ben": (
            0.25,
            None,
            "this report counts a quarter: few kept promises lead from the founders to its reporter",
        ),
        "eve": (0, "no voice", None),
        "stranger": (0, "no voice", None),
    }
    contacts = {tie.entity: tie.why for tie in explained.contacts or ()}
    assert contacts == {"ann": None, "eve": "no voice"}


@pytest.mark.parametrize("entity", ["mill", "ann", "ben", "cat", "eve", "eva"])
def test_explanations_under_voices_add_up_at_every_depth(rated: Database, entity: str) -> None:
    check_opened(rated, entity, POLICY.id)
    check_reach(explain.reach(rated, entity, POLICY.id, facts=True))
    rating = published.open_rating(rated, entity, POLICY.id)
    why = reasons.why_not_higher(rated, rating)
    assert sum(each.whole for each in why.reasons) + why.rest_whole == 950 - rating.whole_points


def test_a_rating_says_what_it_leans_on_and_the_run_counts_who_do(rated: Database) -> None:
    def of(entity: str) -> list[str]:
        _, found = reasons.with_leaning(rated, published.open_rating(rated, entity, POLICY.id))
        return [each.code for each in found]

    assert of("ann") == [leaning.PARTNER]
    assert of("cat") == [leaning.UNHEARD, leaning.PARTNER, leaning.MONTH]
    assert of("eve") == of("eva") == [leaning.UNHEARD]
    assert of("mill") == of("ben") == []
    assert rated.run("runs", scheme=POLICY.id)[0]["leaning"] == [3, 2, 1]


def test_whose_word_counts_is_a_cause_of_its_own(rated: Database) -> None:
    found(rated, POLICY, "eve")
    rate(rated, POLICY.id, as_of=AS_OF)
    changed = history.history(rated, "cat", POLICY.id)
    check_sums(changed)
    causes = {cause.name: cause.points for cause in changed.causes if abs(cause.points) > 1e-9}
    assert causes[history.VOICES] < -10
    assert history.OWN not in causes
    assert history.AGEING not in causes


def test_where_a_cap_bites_ageing_alone_is_still_told_as_ageing(graph: Database) -> None:
    policy = make_scheme(weights={"obligations": 1.0}, half_life_days=100.0, partner_month=1.0)
    many = [Obligation("a", "b", AS_OF - (3 + n) * DAY, None, 1.0) for n in range(5)]
    store(graph, numbered(Facts(obligations=many, members=[("a", 0)])), policy)
    rate(graph, policy.id, as_of=AS_OF)
    rate(graph, policy.id, as_of=AS_OF + 400 * DAY)
    changed = history.history(graph, "a", policy.id)
    check_sums(changed)
    causes = {cause.name: cause.points for cause in changed.causes if abs(cause.points) > 1e-6}
    assert list(causes) == [history.AGEING]


# What if ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entity", "change"),
    [
        ("cat", Removed("o4")),
        ("cat", Removed("o5")),
        ("ann", Settled("o0", (AS_OF - 40 * DAY).date())),
        ("cat", NewContactDay("ben", (AS_OF - 2 * DAY).date())),
        ("cat", NewContactDay("eve", (AS_OF - 2 * DAY).date())),
    ],
)
def test_an_answer_is_what_a_fresh_run_with_the_same_voices_would_give(
    rated: Database, entity: str, change: Any
) -> None:
    spoken = reference.rate(facts(), POLICY, AS_OF, founders=FOUNDERS).voices
    expected = reference.rate(make(facts(), entity, change), POLICY, AS_OF, voices=spoken)
    found = what_if(rated, entity, POLICY.id, change)
    assert found.after.points == pytest.approx(expected.members[entity].points, abs=6e-7)


def test_a_policy_with_other_voices_is_answered_with_those_of_the_run(rated: Database) -> None:
    other = with_text("founders_at_least = 1", "founders_at_least = 1\noutside = 1")
    spoken = reference.rate(facts(), POLICY, AS_OF, founders=FOUNDERS).voices
    expected = reference.rate(facts(), other, AS_OF, voices=spoken)
    found = what_if(rated, "cat", POLICY.id, UnderPolicy(other, "x"))
    assert found.after.points == pytest.approx(expected.members["cat"].points, abs=6e-7)


def test_a_first_policy_with_voices_is_answered_from_the_founders_in_force(graph: Database) -> None:
    plain = scheme.parse(POLICY.text.partition("[voice]")[0], "made-up.toml")
    store(graph, facts(), plain)
    rate(graph, plain.id, as_of=AS_OF)
    asked = UnderPolicy(with_text("founders_at_least = 1", "founders_at_least = 1"), "x")
    with pytest.raises(Refused, match="founders add"):
        what_if(graph, "cat", plain.id, asked)
    found(graph, plain, *FOUNDERS)
    expected = reference.rate(facts(), asked.policy, AS_OF, founders=FOUNDERS).members["cat"]
    assert what_if(graph, "cat", plain.id, asked).after.points == pytest.approx(expected.points, abs=6e-7)


def test_a_lift_pays_those_who_are_heard_and_one_partner_once_a_month(graph: Database) -> None:
    due = AS_OF + 5 * DAY
    waiting = [Obligation("ben", other, due) for other in ("mill", "mill", "ann", "eve", "stranger")]
    community = numbered(replace(facts(), obligations=[*facts().obligations, *waiting]))
    store(graph, community, POLICY)
    found(graph, POLICY, *FOUNDERS)
    rate(graph, POLICY.id, as_of=AS_OF)
    answer = lift(graph, "ben", POLICY.id)
    # the mill has reported on June already, so that a debt to it takes room from what it said
    assert (answer.aim, [payment.creditor for payment in answer.payments]) == ("very good", ["ann"])
