"""A policy in words says every number that the policy has, in sentences that are easy to read."""

import re
from pathlib import Path

import msgspec
import pytest
import textstat

from graph.policy import publishing, scheme
from graph.policy.numbers import number, percent, points
from graph.policy.scheme import Scheme, parse
from graph.policy.versions import changes, versions
from graph.policy.wording import figures, ranges, sections, values
from graph.rating.run import rate
from graph.store.client import Database
from tests.worlds.chosen_conduct import AS_OF

RELIABILITY = scheme.read("reliability")
FULL = re.findall(r"```toml\n(.*?)```", Path("docs/schemes.md").read_text(encoding="utf-8"), re.DOTALL)[0]
WITH_EVERYTHING = parse(
    FULL + "[retention]\nobligations_days = 1000\npurchases_days = 30\nvisits_days = 20.5\ncontacts_days = 10\n",
    "docs",
)
SCHEMES = [*(scheme.read(name) for name in scheme.shipped()), WITH_EVERYTHING]
HARDEST = 9.0

EACH = pytest.mark.parametrize("policy", SCHEMES, ids=lambda policy: policy.id)


def keys(policy: Scheme) -> set[str]:
    """The dotted key of everything that a policy says, but texts that are shown as they are."""
    plain = msgspec.to_builtins(policy)
    for name in ("id", "version", "text", "hash"):
        del plain[name]
    return {re.sub(r"^notice\..*", "notice", key) for key in _keys(plain, "")}


def _keys(value: object, key: str) -> set[str]:
    if isinstance(value, dict):
        return {found for name, each in value.items() for found in _keys(each, f"{key}.{name}" if key else name)}
    if key == "bands":
        assert isinstance(value, list | tuple)
        return {f"bands.{band['name']}" for band in value}
    if key == "purpose":
        assert isinstance(value, list | tuple)
        return {f"purpose.{n}" for n in range(1, len(value) + 1)}
    return {key}


@EACH
def test_every_key_of_the_policy_is_among_its_figures_or_values(policy: Scheme) -> None:
    told = {each.key for each in figures(policy)}
    told |= {
        f"factors.{name.lower()}.values.{each.category}" for name, all_ in values(policy).items() for each in all_
    }
    assert keys(policy) <= told
    assert len(told) == len(figures(policy)) + sum(map(len, values(policy).values()))


@pytest.mark.slow
@EACH
def test_every_sentence_about_the_policy_is_easy_to_read(policy: Scheme) -> None:
    said = [sentence for section in sections(policy) for sentence in (section.heading, *section.sentences)]
    hard = {text: grade for text in said if (grade := textstat.flesch_kincaid_grade(text)) > HARDEST}
    assert hard == {}


def test_the_words_say_the_numbers_of_the_policy() -> None:
    said = {section.heading: " ".join(section.sentences) for section in sections(RELIABILITY)}
    owed = said["What counts: what members owe"]
    for number_ in ("80 %", "one part in 30", "From 30 days late", "365 days old", "0.45", "4 new debts"):
        assert number_ in owed
    assert "the 15 members" in said["What counts: the circle"]
    assert "Up to 20 %" in said["What counts: the circle"]
    assert "no limit of age" in said["Who may join, and who may look"]
    assert sections(RELIABILITY)[0].listed == RELIABILITY.purpose
    said = {section.heading: " ".join(section.sentences) for section in sections(WITH_EVERYTHING)}
    assert "at least 18 years" in said["Who may join, and who may look"]
    assert "firms are open" in said["Who may join, and who may look"]
    kept = said["How long facts are kept"]
    assert "debts for 1,000 days" in kept
    assert "contacts for 10 days" in kept
    assert "no limit for" not in kept


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("size = 15", "size = 0", "There is no circle"),
        ("share = 0.2", "share = 0.0", "adds nothing"),
        ("half_life_days = 365.0\n", "", "however old"),
        ("late_days = 30", "late_days = 1", "One day late, it is worth 0."),
        ("size = 15", "size = 1", "is the member with whom"),
    ],
)
def test_the_words_change_with_the_policy(old: str, new: str, said: str) -> None:
    policy = parse(RELIABILITY.text.replace(old, new, 1), "test")
    assert policy.hash != RELIABILITY.hash
    assert said in " ".join(text for section in sections(policy) for text in section.sentences)


def test_values_are_listed_with_the_most_worth_first() -> None:
    found = values(RELIABILITY)
    assert list(found) == ["Purchases", "Visits"]
    assert [(each.category, each.value) for each in found["Visits"]][:4] == [
        ("education", "0.55"),
        ("finance", "0.55"),
        ("public-services", "0.55"),
        ("gaming", "0.45"),
    ]
    assert {each.category: float(each.value) for each in found["Purchases"]} == (
        RELIABILITY.factors.purchases and RELIABILITY.factors.purchases.values
    )


def test_bands_have_their_whole_points() -> None:
    assert [(band.name, told) for band, told in ranges(RELIABILITY)] == [
        ("poor", "350 to 549"),
        ("weak", "550 to 599"),
        ("fair", "600 to 649"),
        ("sound", "650 to 699"),
        ("good", "700 to 950"),
    ]
    assert points(350, 549.5) == "350 to 549"
    assert points(549.5, 950) == "550 to 950"


def test_numbers_have_all_their_digits_and_no_power_of_ten() -> None:
    assert number(1e-9) == "0.000000001"
    assert number(1_000_000.0) == "1,000,000"
    assert number(0.45) == "0.45"
    assert number(20.0) == "20"
    assert percent(0.2) == "20 %"
    assert percent(7 / 12) == "58.3 %"


def test_what_changed_between_two_policies_is_every_number_that_differs() -> None:
    text = RELIABILITY.text
    for old, new in (
        ('version = "2"\ntitle', 'version = "3"\ntitle'),
        ("share = 0.2", "share = 0.25"),
        ("groceries = 0.55", "groceries = 0.5"),
        ("games = 0.45\n", ""),
        ('name = "good"\nfrom = 700', 'name = "good"\nfrom = 720'),
        ("half_life_days = 90.0\n", ""),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    found = {each.name: (each.before, each.after) for each in changes(RELIABILITY, parse(text, "test"))}
    assert found == {
        "Share of the circle, at most": ("20 %", "25 %"),
        "Visits, half-life": ("90 days", "none"),
        "Band sound": ("650 to 699", "650 to 719"),
        "Band good": ("700 to 950", "720 to 950"),
        "Purchases, worth of groceries": ("0.55", "0.5"),
        "Purchases, worth of games": ("0.45", None),
    }
    assert changes(RELIABILITY, RELIABILITY) == []


def test_each_version_says_what_it_changed_and_since_when_it_is_used(graph: Database) -> None:
    def publish(version: str, share: str) -> None:
        text = RELIABILITY.text.replace('version = "2"\ntitle', f'version = "{version}"\ntitle', 1)
        publishing.publish(graph, parse(text.replace("share = 0.2", f"share = {share}", 1), "test"))

    publish("1", "0.2")
    rate(graph, "reliability", as_of=AS_OF)
    publish("2", "0.3")
    publish("3", "0.4")
    rate(graph, "reliability", as_of=AS_OF)
    publish("4", "0.1")
    newest, third, second, first = versions(graph, publishing.published(graph, "reliability"))
    assert [each.version for each in (newest, third, second, first)] == ["4", "3", "2", "1"]
    assert (first.first, first.known, first.since, first.changes) == (AS_OF, True, None, ())
    assert (second.first, second.known, second.since, second.changes) == (None, False, None, ())
    assert (third.first, third.known, third.since) == (AS_OF, True, "1")
    assert [(each.before, each.after) for each in third.changes] == [("20 %", "40 %")]
    assert (newest.first, newest.known, newest.since) == (None, True, "3")
    assert [(each.before, each.after) for each in newest.changes] == [("40 %", "10 %")]
