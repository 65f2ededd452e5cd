"""The benchmark of cheating: attacks are what they say, and its tables in the docs are of every one of them."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from benchmarks import cheating
from benchmarks.attacks import (
    ATTACKS,
    MANY,
    RETURNED,
    Attack,
    Base,
    Report,
    come_back,
    disputes,
    ring,
    with_reports,
)
from benchmarks.worlds import World
from graph.facts.values import Contact, Facts, Obligation
from graph.policy import scheme
from tests.strategies import AS_OF

PAGE = Path(cheating.PAGE).read_text(encoding="utf-8")
FACTS = Facts(
    obligations=[
        Obligation(
            f"m{one}", f"m{other}", AS_OF - timedelta(days=40 + 30 * month), None, worth, f"{one} {other} {month}"
        )
        for one in range(14)
        for other in range(14)
        for month, worth in enumerate((1.0, one / 14))
        if one != other
    ],
    contacts=[
        Contact("m0", "m1", AS_OF - timedelta(days=50), "c0"),
        Contact("m1", "m0", AS_OF - timedelta(days=50), "c1"),
    ],
    members=[(f"m{number}", number) for number in range(14)],
)
SMALL = World("a small market", FACTS, ("m11", "m12", "m13"), AS_OF)
TRADING = scheme.read("trading")


@pytest.fixture(scope="module")
def base() -> Base:
    return cheating.base(SMALL, TRADING, cheating.rated(SMALL, TRADING, FACTS))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_adds_to_the_facts_and_everyone_new_has_joined(base: Base, attack: Attack) -> None:
    chance = Random(1)
    target = chance.choice(attack.pool(base))
    after = attack.change(base, target, chance)
    if attack.change is disputes:
        assert set(after.obligations) < set(FACTS.obligations)
    elif attack.change is come_back:
        assert dict(after.members).keys() - dict(FACTS.members).keys() == {RETURNED}
    else:
        assert after.obligations[: len(FACTS.obligations)] == FACTS.obligations
        assert list(after.members[: len(FACTS.members)]) == FACTS.members
        assert len({rid for _, rid in after.members}) == len(after.members)
        added = [each for each in after.obligations if each.id.startswith("attack-")]
        assert {end for each in added for end in each[:2]} <= dict(after.members).keys()
        assert all(each.due < AS_OF for each in added)
        assert added or "ring" in attack.name or "same" in attack.name, "a pool of one member makes no ring"


def test_made_up_members_move_nothing_where_voices_count_and_much_where_they_do_not(base: Base) -> None:
    before = scheme.parse(cheating.BEFORE.read_text(encoding="utf-8"), "before")
    plain = cheating.base(SMALL, before, base.chosen)
    for attack in ATTACKS[:3]:
        heard, all_ = cheating.moved(base, TRADING, attack, 0, 1), cheating.moved(plain, before, attack, 0, 1)
        assert abs(heard) < 1
        assert all_ > 100


def test_targets_stand_at_even_distances_in_their_pool_and_a_small_pool_has_fewer() -> None:
    pool = [f"m{number:02}" for number in range(70)]
    chosen = [cheating.target(pool, place, 7) for place in range(7)]
    assert chosen == ["m05", "m15", "m25", "m35", "m45", "m55", "m65"]
    assert {cheating.target(pool[:2], place, 7) for place in range(7)} == {"m00", "m01"}


def test_a_table_is_the_same_however_many_processes_make_it() -> None:
    policies = [scheme.parse(cheating.BEFORE.read_text(encoding="utf-8"), "before"), TRADING]
    title, columns, rows = cheating.table(SMALL, policies, 2, workers=2)
    assert columns == ["attack", "trading 1", f"trading {TRADING.version}"]
    assert "the middle one of 2 targets" in title
    chosen = cheating.rated(SMALL, policies[0], FACTS)
    for row in (0, len(ATTACKS) - 1):
        points = [
            cheating.moved(cheating.base(SMALL, TRADING, chosen), TRADING, ATTACKS[row], place, 2)
            for place in range(2)
        ]
        assert rows[row][2] == cheating._cell(points)
    assert [row[0] for row in rows] == [*(attack.name for attack in ATTACKS), cheating.LATE]


def test_a_ring_is_of_ten_who_each_say_ten_things_of_each_other(base: Base) -> None:
    after = ring(lambda _: [entity for entity, _ in FACTS.members], often=False)(base, "m5", Random(1))
    added = [each for each in after.obligations if each.id.startswith("attack-")]
    assert len(added) == 10 * 9 * 10
    assert len({each.debtor for each in added}) == 10


def test_a_report_of_a_kept_promise_is_a_contact_and_one_of_a_broken_one_is_none() -> None:
    after = with_reports(FACTS, [Report("new", "m0", AS_OF), Report("m0", "m1", AS_OF, 0.0)])
    assert len(after.contacts) == len(FACTS.contacts) + 1
    assert after.members[-1] == ("new", 14)


def test_a_table_is_put_between_its_own_marks_and_nothing_else_changes() -> None:
    start, end = "<!-- the table of otc, made by benchmarks/cheating.py -->\n", "<!-- its end -->"
    other = start.replace("otc", "made-up")
    page = f"before\n{start}old\n{end}\nbetween\n{other}kept\n{end}\nafter"
    assert (
        cheating.written(page, "otc", "new")
        == f"before\n{start}\nnew\n\n{end}\nbetween\n{other}kept\n{end}\nafter"
    )
    with pytest.raises(SystemExit, match="marks of otc"):
        cheating.written("no marks", "otc", "new")


def test_the_tables_of_the_docs_have_every_attack_under_every_shipped_policy() -> None:
    tables = re.findall(
        r"(?s)<!-- the table of ([\w-]+), made by benchmarks/cheating.py -->\n(.*?)<!-- its end -->", PAGE
    )
    assert [name for name, _ in tables] == list(cheating.WORLDS)
    for name, text in tables:
        rows = [
            [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"
        ]
        assert [row[0] for row in rows[2:]] == [*(attack.name for attack in ATTACKS), cheating.LATE], name
        policies = ["trading"] if name == "otc" else scheme.shipped()
        assert rows[0][1:] == ["trading 1", *(f"{each} {scheme.read(each).version}" for each in policies)], name


def test_an_attack_of_many_is_of_a_thousand_made_up_members(base: Base) -> None:
    added = ATTACKS[0].change(base, "m0", Random(1))
    assert len(added.members) - len(FACTS.members) == MANY
    assert replace(added, members=FACTS.members).obligations[-1].debtor == "m0"
