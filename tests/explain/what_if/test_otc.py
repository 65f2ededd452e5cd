"""What-if on Bitcoin OTC: real circles, some of whose members are in those of hundreds."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from benchmarks import held_view
from graph.explain.what_if import NewContactDay, WithoutContact, what_if
from graph.facts.load import load
from graph.rating import reference
from graph.rating.run import rate
from graph.store.client import Database
from tests.explain.what_if.asking import make
from tests.explain.what_if.test_what_if import check_answer
from tests.rating.test_otc import FOUNDER, OTC, POLICY, facts

pytestmark = [
    pytest.mark.skipif(not OTC.is_dir(), reason="the Bitcoin OTC data are not beside the project"),
    pytest.mark.usefixtures("roomy"),
]


@pytest.mark.slow
def test_answers_about_bitcoin_otc_are_those_of_a_full_re_rating(graph: Database, tmp_path: Path) -> None:
    load(graph, [OTC / "otc_network.csv.gz"], mapping="bitcoin-otc")
    held_view.join_everyone(graph, POLICY, tmp_path, founders=[FOUNDER])
    rate(graph, POLICY.id, as_of=held_view.AS_OF)
    fresh, chance = reference.rate(facts(), POLICY, held_view.AS_OF, founders=[FOUNDER]), Random(8)
    known, circles = replace(facts(), voices=fresh.voices), fresh.members
    followed: dict[str, int] = {}
    for member in circles.values():
        for tie in member.circle:
            followed[tie.contact] = followed.get(tie.contact, 0) + 1
    most_followed = sorted(followed, key=lambda entity: -followed[entity])[:4]
    some = chance.sample([entity for entity, member in circles.items() if member.circle], 16)
    for entity in [*most_followed, *some]:
        contact = chance.choice(circles[entity].circle).contact
        stranger = chance.choice(known.members)[0]
        day = max(fact.at for fact in known.contacts).date()
        for change in (WithoutContact(contact), NewContactDay(stranger, day)):
            found = what_if(graph, entity, POLICY.id, change)
            expected = reference.rate(make(known, entity, change), POLICY, held_view.AS_OF)
            check_answer(graph, found, expected.members[entity], POLICY)
