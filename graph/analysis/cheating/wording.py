"""What the price of cheating says, in sentences."""

from collections.abc import Iterator

from graph.analysis.cheating.groups import Group, Groups
from graph.analysis.cheating.price import Price
from graph.disclosure.band_counts import SMALLEST
from graph.policy.numbers import percent
from graph.text.counts import counted


def sentences(found: Price) -> list[str]:
    """About voices first, and then about groups."""
    return [*_about_voices(found), *_about_groups(found.groups)]


def _about_voices(found: Price) -> Iterator[str]:
    if not found.voice:
        yield (
            f"The policy {found.scheme} {found.version} has no [voice]: everybody is heard in full, "
            "also members who were made up."
        )
    elif not any(each.reports for each in found.bounds):
        yield "Nobody is heard: no member has a voice."


def _about_groups(groups: Groups) -> Iterator[str]:
    for each in groups.large:
        yield f"A group of {counted(each.members, 'members')} reports mostly of itself: {_moves(each)}."
    if groups.small is not None:
        small = groups.small
        yield (
            f"{counted(small.groups, 'groups')} of fewer than {SMALLEST} report mostly of themselves, "
            f"{counted(small.members, 'members')} together: {_moves(small)}."
        )
    elif not groups.large:
        yield f"No {SMALLEST} members are in groups that report mostly of themselves."


def _moves(group: Group) -> str:
    return (
        f"{percent(round(group.inside, 2))} of the reports of them come from inside, which move them by "
        f"{group.moves:.0f} points on average"
    )
