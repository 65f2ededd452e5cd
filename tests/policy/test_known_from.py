"""The band new: a member with less evidence than the policy's known_from is in it, whatever its points."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from graph.errors import SchemeInvalid
from graph.facts.values import Contact, Facts, Obligation
from graph.policy import parameters, scheme
from graph.policy.categories import shipped_categories
from graph.policy.scheme import NEW
from graph.policy.wording import figures, sections
from graph.rating import reference
from tests.strategies import make_scheme

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
DAY = timedelta(days=1)
OLD = 'version = "1"\n'


def renamed(text: str) -> str:
    return text.replace('name = "poor"', 'name = "new"')


@pytest.mark.parametrize("name", scheme.shipped())
def test_every_shipped_policy_knows_a_member_from_three_facts_of_today_on(name: str) -> None:
    policy = scheme.read(name)
    assert policy.known_from == 3
    assert policy.all_bands == (NEW, *policy.bands)
    assert policy.labels[0] == "BandNew"
    assert parameters.bands(policy)[0]["name"] == "new"
    assert (policy.band(900, 2.99).name, policy.band(900, 3.0).name) == ("new", policy.bands[-1].name)


def test_without_it_nobody_is_new() -> None:
    policy = make_scheme()
    assert policy.known_from is None
    assert policy.all_bands == policy.bands
    assert parameters.known_from(policy) == 0
    assert policy.band(350, 0.0).name == "poor"
    assert not any(each.heading == "Who is new" for each in sections(policy))


def test_a_policy_without_it_has_the_hash_that_it_had() -> None:
    text = re.sub(r"(?m)^(known_from|partner_month) = .*\n", "", scheme.read("own-conduct").text).replace(
        '"2"', '"1"', 1
    )
    before = "465b873cd4da225f6d333130e4cff7c76dff1b08997faecf913c2e84407f78ec"
    assert scheme.parse(text, "before").hash == before
    assert scheme.parse(text.replace(OLD, f"{OLD}known_from = 3\n", 1), "now").hash != before


def test_noise_of_the_sum_decides_nothing() -> None:
    policy = make_scheme(known_from=0.3)
    assert policy.band(600, 0.1 + 0.2).name == policy.band(600, 0.3 - 1e-12).name == "fair"
    assert policy.band(600, 0.3 - 1e-6) == NEW


def test_no_policy_names_a_band_so_and_an_old_one_that_did_still_holds() -> None:
    old = renamed(make_scheme().text)
    with pytest.raises(SchemeInvalid, match="is taken") as refused:
        scheme.parse(old, "mine.toml", shipped_categories())
    assert "bands[0].name" in str(refused.value)
    with pytest.raises(SchemeInvalid, match="is taken"):
        scheme.parse(renamed(make_scheme(known_from=3).text), "on record")
    assert scheme.parse(old, "on record").bands[0].name == "new"


@pytest.mark.parametrize("value", ["0", "-1", "1000001", '"3"', "inf", "nan"])
def test_it_is_a_weight_above_nothing(value: str) -> None:
    text = make_scheme().text.replace(OLD, f"{OLD}known_from = {value}\n", 1)
    with pytest.raises(SchemeInvalid, match="known_from"):
        scheme.parse(text, "mine.toml")


def test_the_policy_says_it_in_words() -> None:
    policy = scheme.read("reliability")
    [section] = [each for each in sections(policy) if each.heading == "Who is new"]
    assert "until facts with the weight of 3 count" in " ".join(section.sentences)
    [figure] = [each for each in figures(policy) if each.key == "known_from"]
    assert figure.value == "3 facts"


def test_only_own_conduct_makes_known() -> None:
    """However many contacts a member has, and however well they are known."""
    policy = make_scheme(weights={"obligations": 1.0}, half_life_days=None, known_from=3.0)
    paid = [Obligation("b", "bank", AS_OF - 9 * DAY, AS_OF - 9 * DAY, None, f"o{n}") for n in range(9)]
    ties = [Contact(*pair, AS_OF - n * DAY) for n in range(1, 30) for pair in (("a", "b"), ("b", "a"))]
    found = reference.rate(Facts(obligations=paid, contacts=ties, members=[("a", 0), ("b", 1)]), policy, AS_OF)
    assert (found.members["a"].band, found.members["a"].evidence) == (NEW, 0.0)
    assert found.members["a"].circle
    assert found.members["b"].band.name == "very good"


def test_more_facts_never_make_a_member_new() -> None:
    policy = make_scheme(weights={"obligations": 1.0}, known_from=3.0)
    late = [Obligation("a", "bank", AS_OF - 99 * DAY, None, None, f"o{n}") for n in range(9)]
    bands = [
        reference.rate(Facts(obligations=late[:n], members=[("a", 0)]), policy, AS_OF).members["a"].band.name
        for n in range(10)
    ]
    assert bands == ["new"] * 4 + ["poor"] * 6, "each weighs 0.5 ^ (98 / 365): four are enough"
