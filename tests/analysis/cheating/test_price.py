"""What cheating costs in a scheme: nobody is named, nothing is written, and no figure is of fewer than twenty."""

import json
import re

import pytest

from graph.analysis import material
from graph.analysis.cheating.evidence import Evidence, evidence
from graph.analysis.cheating.groups import closed
from graph.analysis.cheating.partners import largest
from graph.analysis.cheating.price import Price, price
from graph.errors import NotFound, ParameterError, Refused
from graph.facts.values import Facts
from graph.policy import publishing, scheme
from graph.policy.scheme import ObligationsFactor
from graph.rating import reference
from graph.store.client import Database
from tests.commands import Run
from tests.conftest import WIPE
from tests.worlds.kept_and_broken import AS_OF, BAD, GOOD, LARGE, POLICY, SMALL, build, everything, facts


def found_in(all_: Facts) -> Evidence:
    factor = POLICY.factors.obligations
    assert isinstance(factor, ObligationsFactor)
    return evidence(reference.rate(all_, POLICY, AS_OF), all_, POLICY, factor, AS_OF)


@pytest.fixture(scope="module")
def said() -> Evidence:
    return found_in(facts())


def test_without_the_reports_of_partners_a_rate_is_what_it_would_be_had_they_said_nothing(said: Evidence) -> None:
    partners = {"shop -3", GOOD[1]}
    less = facts()
    kept = [each for each in less.obligations if each.creditor not in partners]
    before, after = (
        reference.rate(each, POLICY, AS_OF).members for each in (less, Facts(kept, members=less.members))
    )
    for member in (*GOOD[:3], BAD[0]):
        moved = 600 * (before[member].conduct - after[member].conduct)
        assert said.moved(member, partners) == pytest.approx(moved, abs=1e-9)


def test_the_five_are_those_whose_reports_weigh_most_and_each_is_of_twenty_members(said: Evidence) -> None:
    five = largest(said)
    assert len(five) == 5
    assert [each.members for each in five] == [70] * 5, "the shops, of which everybody is a customer"
    assert [each.supplies for each in five] == sorted((each.supplies for each in five), reverse=True)
    assert all(each.moves is not None and each.moves > 0 for each in five)


def test_of_a_partner_of_fewer_than_twenty_nothing_is_told_but_how_much_it_supplies() -> None:
    small = facts()
    owed = [each for each in small.obligations if not each.creditor.startswith("shop")]
    for each in largest(found_in(Facts(owed, members=small.members))):
        assert (each.members, each.moves) == (None, None)
        assert each.supplies > 0
        assert each.supplies == round(each.supplies, 2), "nor so exactly that its weight could be worked out"


def test_groups_that_report_mostly_each_other_are_found_and_small_ones_are_told_together(said: Evidence) -> None:
    groups = closed(said)
    [large] = groups.large
    assert large.members == len(LARGE)
    assert large.inside == pytest.approx(12 / 23)
    assert groups.small
    assert (groups.small.groups, groups.small.members) == (2, sum(map(len, SMALL)))
    assert groups.small.inside == pytest.approx(16 / 27)
    assert groups.small.moves > large.moves, "the praise of those who do not pay is what lifts them"


def test_small_groups_of_fewer_than_twenty_in_all_are_not_told() -> None:
    less = facts()
    owed = [each for each in less.obligations if each.debtor not in SMALL[1] or each.creditor.startswith("shop")]
    groups = closed(found_in(Facts(owed, members=less.members)))
    assert groups.small is None
    assert len(groups.large) == 1


def test_the_order_of_facts_changes_no_group(said: Evidence) -> None:
    turned = facts()
    assert closed(found_in(Facts(turned.obligations[::-1], members=turned.members))) == closed(said)


# On a server -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def market(database: Database) -> Database:
    database.statement(WIPE)
    build(database)
    return database


def test_the_price_is_that_of_the_facts_and_nothing_is_written(market: Database, said: Evidence) -> None:
    before = everything(market)
    found = price(market, POLICY.id, accomplices=10)
    assert isinstance(found, Price)
    assert found.partners == tuple(largest(said))
    assert found.groups == closed(said)
    assert found.voice is False
    assert everything(market) == before


def test_the_command_names_nobody_and_says_what_is_heard(market: Database, command: Run) -> None:
    before = everything(market)
    said = command("cheating", POLICY.id, "--accomplices", "7").output
    told = json.loads(command("cheating", POLICY.id, "--json").output)
    for text in (said, json.dumps(told)):
        assert not any(member in text for member in (*GOOD, *BAD))
        assert "shop" not in text
    assert "what 7 can move" in said
    assert "has no [voice]: everybody is heard in full" in said
    assert "A group of 25 members reports mostly of itself" in said
    assert "2 groups of fewer than 20 report mostly of themselves, 20 members together" in said
    assert told["accomplices"] == 10
    assert told["bounds"][0]["who"] == "made-up members"
    assert told["sentences"]
    assert everything(market) == before


@pytest.mark.parametrize("number", ["0", "-3", "1000001"])
def test_accomplices_are_one_at_least(market: Database, command: Run, number: str) -> None:
    with pytest.raises(ParameterError, match=re.escape("--accomplices is from 1 to 1,000,000")):
        command("cheating", POLICY.id, "--accomplices", number)


def test_what_has_no_price_is_refused_with_what_to_do(market: Database, command: Run) -> None:
    with pytest.raises(NotFound, match="no scheme 'lost'"):
        command("cheating", "lost")
    publishing.publish(market, scheme.read("reliability"))
    with pytest.raises(Refused, match="reliability was never rated: `innercircle rate reliability`"):
        command("cheating", "reliability")
    publishing.publish(market, scheme.read("trading"))
    with pytest.raises(Refused, match="innercircle founders add trading ENTITY"):
        material.read(market, "trading")
