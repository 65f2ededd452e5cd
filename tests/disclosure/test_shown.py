"""What is shown of a rating adds up, names only contacts that allow it, and stays near the operator's view."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from graph import disclosure
from graph.errors import NotFound, ParameterError
from graph.explain.what_if import NewContactDay, Removed, Settled, UnderPolicy, WithoutContact, under_share
from graph.policy.scheme import Scheme, read, shipped
from graph.rating import offsets, published
from graph.rating.run import rate
from graph.store.client import Database
from tests.conftest import WIPE
from tests.worlds.chosen_conduct import AS_OF, contact, facts_of, rated, share

POLICY = read("reliability")
FIVE = ("c1", "c2", "c3", "c4", "c5")
OUTCOMES = {
    "a": [1.0, 1.0, 0.5],
    "c1": [0.0] * 6,
    "c2": [1.0] * 6,
    "c3": [0.5],
    "c4": [1.0],
    "c5": [0.2] * 4,
    "two": [1.0],
    "d1": [0.1] * 5,
    "d2": [0.9] * 5,
    "alone": [1.0],
}
CONTACTS = [
    *(each for n, c in enumerate(FIVE) for each in contact("a", c, range(1, 3 + n))),
    *contact("two", "d1", (1, 2)),
    *contact("two", "d2", (1,)),
    *contact("c1", "c2", (1, 2, 3)),
]


@pytest.fixture(scope="module")
def community(database: Database) -> Database:
    database.statement(WIPE)
    rated(database, facts_of(OUTCOMES, CONTACTS), POLICY)
    return database


@pytest.fixture
def shared(community: Database) -> Iterator[Database]:
    """c1, c2 and c5 show their part to those who have them in the circle."""
    for each in ("c1", "c2", "c5", "d1"):
        share(community, POLICY, each)
    yield community
    for each in ("c1", "c2", "c5", "d1"):
        share(community, POLICY, each, shares=False)


@pytest.mark.parametrize("entity", OUTCOMES)
def test_what_is_shown_adds_up_and_is_as_near_as_it_says(community: Database, entity: str) -> None:
    shown = disclosure.shown(community, entity, "reliability")
    exact = published.open_rating(community, entity, "reliability")
    assert sum(part.whole for part in shown.parts) == shown.whole_points
    assert abs(shown.whole_points - exact.points) <= shown.within_points + 0.5
    assert shown.within_points <= POLICY.circle.share * 37.5
    assert shown.band == POLICY.band(shown.whole_points, exact.evidence).name
    assert shown.conduct == exact.conduct
    assert shown.rates == exact.rates


def test_a_rating_without_company_is_shown_as_it_is(community: Database) -> None:
    shown = disclosure.shown(community, "alone", "reliability")
    assert shown.within_points == 0
    assert shown.whole_points == published.open_rating(community, "alone", "reliability").whole_points


def test_contacts_who_do_not_show_their_part_are_one_line_without_names(community: Database) -> None:
    parts = disclosure.shown(community, "a", "reliability").parts
    assert [(part.source, part.contacts) for part in parts if part.contacts] == [("contacts", 5)]
    assert not any(each in part.name for each in FIVE for part in parts)


def test_a_contact_who_shows_its_part_has_a_line(shared: Database) -> None:
    parts = disclosure.shown(shared, "a", "reliability").parts
    assert {part.name for part in parts if part.source == "contact"} == {"c2", "c5"}


def test_those_who_do_not_are_joined_until_they_are_three(shared: Database) -> None:
    """c3 and c4 hide; of c1, c2 and c5, c1 weighs least."""
    parts = disclosure.shown(shared, "a", "reliability").parts
    assert [part.contacts for part in parts if part.source == "contacts"] == [3]
    of_two = disclosure.shown(shared, "two", "reliability").parts
    assert [(part.source, part.contacts) for part in of_two if part.contacts] == [("contacts", 2)]


def test_where_everybody_shows_its_part_every_contact_has_a_line(community: Database) -> None:
    for each in FIVE:
        share(community, POLICY, each)
    parts = disclosure.shown(community, "a", "reliability").parts
    assert {part.name for part in parts if part.contacts} == set(FIVE)
    for each in FIVE:
        share(community, POLICY, each, shares=False)


def test_an_explanation_has_own_facts_and_names_nobody_who_is_hidden(community: Database) -> None:
    explained = disclosure.explain(community, "a", "reliability", facts=True)
    assert explained.factors is not None
    for factor in explained.factors:
        assert all(fact.entity == "a" for fact in factor.facts)
        assert sum(part.whole for part in factor.parts) + sum(fact.whole for fact in factor.facts) == factor.whole
    text = " ".join(reason.sentence + reason.advice for reason in explained.reasons.reasons)
    assert not any(each in text for each in FIVE)
    found = explained.reasons
    assert sum(each.whole for each in found.reasons) + found.rest_whole == 950 - explained.rating.whole_points


def test_an_own_fact_otherwise_gives_what_the_policy_says(community: Database) -> None:
    """The part of the factor is computed here from the formula; the company is left as it is shown."""
    answer = disclosure.what_if(community, "a", "reliability", Removed("a-2"))
    before = disclosure.shown(community, "a", "reliability")
    assert answer.before.whole_points == before.whole_points
    weights = [0.5 ** (age / 365) for age in (91, 92, 93)]
    with_all = (4 * 0.45 + weights[0] + weights[1] + 0.5 * weights[2]) / (4 + sum(weights))
    without = (4 * 0.45 + weights[0] + weights[1]) / (4 + sum(weights[:2]))
    gained = 600 * 0.8 * 0.8 * (without - with_all)
    assert gained > 1
    assert answer.after.whole_points - answer.before.whole_points == pytest.approx(gained, abs=1)
    # the line of the company moves by rounding alone
    assert all(abs(each.after - each.before) <= 1 for each in answer.parts if each.source != "factor")
    with pytest.raises(ParameterError, match="not an obligation of 'a'"):
        disclosure.what_if(community, "a", "reliability", Settled("c1-0", AS_OF.date().replace(month=6)))


def test_the_moves_of_a_what_if_sum_to_what_the_points_do(shared: Database) -> None:
    for change in (
        WithoutContact("c1"),
        WithoutContact("c5"),
        NewContactDay("c3", AS_OF.date().replace(month=6)),
        Removed("a-0"),
        under_share(shared, "a", "reliability", 0.0),
        under_share(shared, "a", "reliability", 0.5),
    ):
        answer = disclosure.what_if(shared, "a", "reliability", change)
        moved = sum(each.after - each.before for each in answer.parts)
        assert moved == answer.after.whole_points - answer.before.whole_points


def test_without_a_hidden_contact_the_answer_is_made_from_what_is_shown(community: Database) -> None:
    answer = disclosure.what_if(community, "two", "reliability", WithoutContact("d1"))
    assert {each.source for each in answer.parts} <= {"contacts", "factor"}
    # own lines move by rounding alone
    assert all(abs(each.after - each.before) <= 1 for each in answer.parts if each.source == "factor")


def test_whether_a_contact_has_joined_is_not_told(community: Database) -> None:
    """A contact who is a member, one who is not, and nobody at all: only own facts decide the answer."""
    with pytest.raises(ParameterError) as known:
        disclosure.what_if(community, "alone", "reliability", NewContactDay("c1", AS_OF.date().replace(month=6)))
    with pytest.raises(ParameterError) as unknown:
        disclosure.what_if(
            community, "alone", "reliability", NewContactDay("nobody", AS_OF.date().replace(month=6))
        )
    assert str(known.value).replace("c1", "nobody") == str(unknown.value)


def test_another_scheme_is_no_answer(community: Database) -> None:
    other = read("trading")
    with pytest.raises(ParameterError, match="never mix"):
        disclosure.what_if(community, "a", "reliability", UnderPolicy(other))


def test_a_lift_reaches_its_aim_as_shown(community: Database) -> None:
    found = disclosure.lift(community, "c3", "reliability")
    assert found.reason is not None
    assert found.before == found.after


def test_history_as_it_is_shown_ends_with_what_is_shown(community: Database) -> None:
    found = disclosure.history(community, "a", "reliability")
    shown = disclosure.shown(community, "a", "reliability")
    assert (found.after.whole_points, found.after.band) == (shown.whole_points, shown.band)
    assert sum(each.whole for each in found.causes) == found.after.whole_points - found.before.whole_points
    with pytest.raises(NotFound):
        disclosure.history(community, "shop", "reliability")


def test_schemes_stand_side_by_side(community: Database) -> None:
    assert disclosure.side_by_side(community, "a") == [disclosure.shown(community, "a", "reliability")]


def scheme_with_bands(*starts: float) -> Scheme:
    bands = tuple(msgspec.structs.replace(POLICY.bands[0], from_points=start) for start in starts)
    return msgspec.structs.replace(POLICY, bands=bands)


def test_an_explanation_after_a_run_has_its_facts_as_that_run_valued_them(graph: Database) -> None:
    """Facts are asked for along with the rating, as the run valued them that was explained last."""
    rated(graph, facts_of(OUTCOMES, CONTACTS), POLICY)
    before = [disclosure.explain(graph, "a", POLICY.id, facts=True) for _ in range(2)]
    assert before[0] == before[1]
    rate(graph, POLICY.id, as_of=AS_OF + timedelta(days=30))
    after = [disclosure.explain(graph, entity, POLICY.id, facts=True) for entity in ("a", "c1", "a")]
    assert after[0] == after[2]
    ages = [{fact.age for factor in each.factors or () for fact in factor.facts} for each in (before[0], after[0])]
    assert {age + 30 for age in ages[0]} == ages[1] != set()
    for each in after:
        for factor in each.factors or ():
            assert sum(part.whole for part in factor.parts) + sum(f.whole for f in factor.facts) == factor.whole


def test_a_veil_is_wider_than_the_narrowest_band_whatever_contacts_supply() -> None:
    """Of its own offset, a score has at least 1 - share: that much of the veil is a fifth more than the band."""
    for share_of_others in (0.05, 0.2, 0.5):
        circle = msgspec.structs.replace(POLICY.circle, share=share_of_others)
        needed = offsets.needed(msgspec.structs.replace(POLICY, circle=circle))
        assert needed * (1 - share_of_others) == pytest.approx(60)
    assert offsets.needed(scheme_with_bands(350, 450, 550)) == pytest.approx(150)
    assert offsets.needed(read("own-conduct")) == 0
    assert all(offsets.needed(read(name)) <= offsets.NARROWEST for name in shipped())


def test_offsets_are_constant_spread_and_within_half_the_width() -> None:
    half = 75 / 2 / 600
    found = [offsets.offset(b"s" * 32, f"member {n}", 75) for n in range(2_000)]
    assert found == [offsets.offset(b"s" * 32, f"member {n}", 75) for n in range(2_000)]
    assert max(map(abs, found)) <= half
    assert abs(sum(found) / len(found)) < half / 20
    assert max(found) > 0.99 * half
    assert min(found) < -0.99 * half
    assert offsets.offset(b"t" * 32, "member 0", 75) != found[0]


def test_the_width_is_settled_by_the_first_run_and_never_changes(graph: Database) -> None:
    """It is what the policies need that are published then; a later one that needs more says what it costs."""
    wide, wider = scheme_with_bands(350, 420), scheme_with_bands(350, 450)
    assert offsets.cost(graph, wide) is None
    assert "200 wide" in (offsets.cost(graph, scheme_with_bands(350)) or "")
    graph.run(
        "publish_scheme", id="x", version="1", hash="1", title="x", notice="1 1", minimum_age=None,
        policy=POLICY.text.replace("from = 550", "from = 530").replace("from = 600", "from = 590")
        .replace("from = 650", "from = 650").replace("from = 700", "from = 710"),
    )  # fmt: skip
    assert offsets.width(graph) == pytest.approx(90)
    graph.statement("MATCH (s:Scheme) DETACH DELETE s")
    assert offsets.width(graph) == pytest.approx(90)
    assert "70 points wide" in (offsets.cost(graph, wide) or "")
    assert "100 points wide" in (offsets.cost(graph, wider) or "")
    assert offsets.cost(graph, POLICY) is None
