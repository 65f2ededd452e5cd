"""Several communities in one graph, which have nothing to do with each other: all are rated by one run."""

from collections.abc import Sequence
from dataclasses import replace

from graph.facts.values import Facts
from tests.strategies import PRODUCTS, SITES, numbered


def side_by_side(communities: Sequence[Facts]) -> tuple[Facts, list[str]]:
    """All of them as one, with ids and rids of their own, and the first two members of each as founders."""
    contacts, obligations, purchases, visits = [], [], [], []
    members: list[tuple[str, int]] = []
    founders: list[str] = []
    for number, facts in enumerate(communities):
        first = members[-1][1] + 1 if members else 0
        contacts += [
            fact._replace(source=f"{number}-{fact.source}", target=f"{number}-{fact.target}")
            for fact in facts.contacts
        ]
        obligations += [
            fact._replace(debtor=f"{number}-{fact.debtor}", creditor=f"{number}-{fact.creditor}")
            for fact in facts.obligations
        ]
        purchases += [fact._replace(entity=f"{number}-{fact.entity}") for fact in facts.purchases]
        visits += [fact._replace(entity=f"{number}-{fact.entity}") for fact in facts.visits]
        own = [(f"{number}-{entity}", first + rid) for entity, rid in facts.members]
        members += own
        founders += [entity for entity, _ in own[:2]]
    whole = Facts(contacts=contacts, obligations=obligations, purchases=purchases, visits=visits, members=members)
    return replace(numbered(whole), products=PRODUCTS, sites=SITES), founders
