"""Groups that report mostly each other, and what that moves today: of twenty members at least, and without names.

Two members are joined where each has reported of the other. All who hang together so are a group, if most reports
of them come from inside; if not, their communities may be (Louvain's method). Reports are counted and not weighed:
a group that nobody hears is seen as well.
"""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import networkx as nx

from graph.analysis.cheating.evidence import Evidence
from graph.disclosure.band_counts import SMALLEST

FEWEST = 3
"Members of a group: two who deal with each other are partners."
MOST_INSIDE = 0.5
"Of the reports of its members, from which share on they come mostly from inside."
LARGEST = 0.5
"Of all members: more than these are no group of the community, but the community."
SEED = 20


@dataclass(frozen=True)
class Group:
    """One group of twenty or more; or all smaller ones together."""

    groups: int
    members: int
    inside: float
    "the share of the reports of its members that come from inside"
    moves: float
    "points that these move its members by on average, up or down"


@dataclass(frozen=True)
class Groups:
    """What is told of the groups of a scheme."""

    large: tuple[Group, ...]
    "of twenty members or more, the largest first"
    small: Group | None
    "all that are smaller, together; None: they have fewer than twenty members in all, or there are none"


def closed(found: Evidence) -> Groups:
    """The groups that report mostly each other; the same for the same facts."""
    groups = list(_groups(found))
    groups.sort(key=lambda group: (-len(group), min(group)))
    small = [group for group in groups if len(group) < SMALLEST]
    told = sum(map(len, small)) >= SMALLEST
    return Groups(
        tuple(_group(found, [group]) for group in groups if len(group) >= SMALLEST),
        _group(found, small) if told else None,
    )


def _groups(found: Evidence) -> Iterator[set[str]]:
    mutual = _mutual(found)
    for together in nx.connected_components(mutual):
        if _is_group(found, together):
            yield together
            continue
        for community in nx.community.louvain_communities(_ordered(mutual, together), seed=SEED):
            if _is_group(found, community):
                yield community


def _ordered(mutual: "nx.Graph[str]", nodes: Collection[str]) -> "nx.Graph[str]":
    """The part of the graph between these. Not a view: that has its nodes in the order of a set, which varies."""
    part: nx.Graph[str] = nx.Graph()
    part.add_nodes_from(sorted(nodes))
    for one in sorted(nodes):
        for other in sorted(mutual[one]):
            if one < other:
                part.add_edge(one, other, weight=mutual[one][other]["weight"])
    return part


def _mutual(found: Evidence) -> "nx.Graph[str]":
    mutual: nx.Graph[str] = nx.Graph()
    for member in sorted(found.reports):
        for partner, reports in sorted(found.reports[member].items()):
            back = found.reports.get(partner, {}).get(member, 0)
            if back and member < partner:
                mutual.add_edge(member, partner, weight=min(reports, back))
    return mutual


def _is_group(found: Evidence, group: Collection[str]) -> bool:
    if not FEWEST <= len(group) <= LARGEST * len(found.reports):
        return False
    inside, every = _reports(found, group)
    return inside > MOST_INSIDE * every


def _reports(found: Evidence, group: Collection[str]) -> tuple[int, int]:
    """(reports of members of the group from inside, all reports of them)."""
    inside = every = 0
    for member in group:
        for partner, reports in found.reports[member].items():
            every += reports
            inside += reports if partner in group else 0
    return inside, every


def _group(found: Evidence, groups: list[set[str]]) -> Group:
    counts = [_reports(found, group) for group in groups]
    moved = [abs(found.moved(member, group)) for group in groups for member in group]
    return Group(
        groups=len(groups),
        members=len(moved),
        inside=sum(inside for inside, _ in counts) / sum(every for _, every in counts),
        moves=math.fsum(moved) / len(moved),
    )
